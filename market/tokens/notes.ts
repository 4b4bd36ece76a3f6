import type { TokenBehaviour, TokenFacts, TokenFeature, TokenNote } from "../../domain/token-facts.ts";
import { isSuccess } from "./behaviour.ts";

const UINT256_MAX = (1n << 256n) - 1n;

/** What a reader must know about a token; of one that is not allowed, its quirks say no more than why it is not. */
export function notesOf(facts: TokenFacts, { allowed }: { readonly allowed: boolean }): readonly TokenNote[] {
	if (facts.codeBytes === 0) return [];
	const quirks = allowed && facts.here !== null ? ofBehaviour(facts.here) : [];
	return [...ofCode(facts), ...ofMetadata(facts), ...quirks, ...ofInspection(facts)];
}

function ofCode({ proxy, features }: TokenFacts): readonly TokenNote[] {
	const notes: TokenNote[] = [];
	if (proxy?.kind === "eip-1167") notes.push({ code: "minimal_proxy", sentence: `its code is that of ${proxy.implementation}, for good` });
	else if (proxy !== null)
		notes.push({ code: "upgradable", sentence: `its code is that of ${proxy.implementation} until its owner changes it (${proxy.kind})` });
	const found = (kind: TokenFeature["kind"], sentence: string) => {
		const signatures = features.filter((feature) => feature.kind === kind).map(({ signature }) => signature);
		if (kind !== "rebase" && signatures.length > 0) notes.push({ code: kind, sentence: `${sentence}: ${signatures.join(", ")}` });
	};
	found("pausable", "its owner can stop transfers");
	found("blocklist", "its owner can bar addresses");
	found("fee_switch", "its owner can set a fee on transfers");
	found("flash_mint", "any amount of it can be minted within a transaction (ERC-3156)");
	found("unusual_permit", "its permit is not that of EIP-2612");
	return notes;
}

function ofMetadata({ metadata }: TokenFacts): readonly TokenNote[] {
	const notes: TokenNote[] = [];
	const { decimals, symbol, encoding, isUnusual, totalSupply } = metadata;
	if (decimals !== null && decimals < 6n)
		notes.push({ code: "low_decimals", sentence: `${decimals} decimals: one base unit is worth much` });
	if (decimals !== null && decimals > 18n)
		notes.push({ code: "high_decimals", sentence: `${decimals} decimals: products of amounts overflow sooner` });
	if (encoding === "bytes32") notes.push({ code: "bytes32_metadata", sentence: "name and symbol are bytes32, not strings" });
	if (symbol === null) notes.push({ code: "no_symbol", sentence: "it has no symbol that can be shown" });
	else if (isUnusual) {
		notes.push({ code: "unusual_symbol", sentence: `its symbol holds what may pass for something else; shown as ${symbol}` });
	}
	if (totalSupply === null) notes.push({ code: "no_total_supply", sentence: "totalSupply() gives no number" });
	return notes;
}

function ofBehaviour(here: TokenBehaviour): readonly TokenNote[] {
	const notes: TokenNote[] = [];
	const note = (code: TokenNote["code"], isSo: boolean, sentence: string) => {
		if (isSo) notes.push({ code, sentence });
	};
	const { approval, moves } = here;
	const isRefused = (size: string) => moves.some((move) => move.size === size && !isSuccess(move.answer));
	const isSilent = approval.answer === "nothing" || moves.some(({ answer }) => answer === "nothing");
	note("missing_return", isSilent, "transfer, transferFrom or approve return nothing");
	note("false_on_failure", here.overdraft === "false", "a transfer that fails returns false and does not revert");
	const canApprove = isSuccess(approval.answer);
	note("approve_race", canApprove && !approval.canChange, "an allowance must be set to zero before it is changed");
	note("approve_zero_value_refused", canApprove && !approval.takesZeroValue, "an approval of zero fails");
	note("approve_zero_address_refused", canApprove && !approval.takesZeroAddress, "an approval of the zero address fails");
	note("large_approval_refused", canApprove && !approval.takesLarge, "an approval of 2^96 fails");
	note(
		"approval_capped",
		canApprove && approval.allowance !== UINT256_MAX,
		`an approval of 2^256 - 1 stands as ${approval.allowance}, not as given`,
	);
	note("zero_transfer_refused", !here.takesZeroTransfer, "a transfer of zero fails");
	note("zero_address_refused", here.takesZeroAddress === false, "a transfer to the zero address fails");
	note("self_transfer_refused", here.selfTransfer === "refused", "a transfer to oneself fails");
	note("one_unit_refused", isRefused("unit"), "a transfer of one base unit fails");
	note("emptying_refused", isRefused("all"), "a transfer of the holder's whole balance fails");
	note("max_moves_balance", here.maxTransfer === "moved_balance", "a transfer of 2^256 - 1 moves the balance");
	note("self_pull_free", here.pullsOwnFreely === true, "transferFrom of one's own needs no allowance");
	note(
		"registered_hooks",
		here.registeredCalls > here.unaskedCalls,
		"it calls recipients that are registered in ERC-1820's registry (ERC-777)",
	);
	note("native_coin", here.movesNativeCoin, "it is the chain's own coin: moving it moves coin balances");
	return notes;
}

function ofInspection({ isBalanceDerived, funding, elsewhere, isTimeChecked }: TokenFacts): readonly TokenNote[] {
	const notes: TokenNote[] = [];
	if (isBalanceDerived)
		notes.push({ code: "derived_balance", sentence: "balances are computed from what is stored, so they may change without a transfer" });
	if (funding?.kind === "slot") {
		notes.push({ code: "funded_by_override", sentence: "no known holder: tried out with a balance that was written into its storage" });
	}
	if (elsewhere !== null && !isTimeChecked) {
		notes.push({ code: "time_unchecked", sentence: "the node does not take block overrides: not tried out at another time" });
	}
	return notes;
}
