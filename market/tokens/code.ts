import { AbiCoder, FunctionFragment, id } from "ethers";
import type { TokenFeature, TokenProxy } from "../../domain/token-facts.ts";
import { addressAt } from "../protocols/abi-word.ts";

/** Functions that say something about a token, with where they are known from. All but `permit` only read. */
const KNOWN_FUNCTIONS: Readonly<Record<TokenFeature["kind"], readonly string[]>> = {
	pausable: [
		// OpenZeppelin's Pausable; USDT (TetherToken), USDC (FiatToken), Pax.
		"paused()",
		// MiniMe tokens and their forks.
		"transfersEnabled()",
	],
	blocklist: [
		// USDT.
		...["isBlackListed(address)", "getBlackListStatus(address)"],
		// USDC and its forks, TrueUSD.
		"isBlacklisted(address)",
		// Tether Gold, USDT on newer chains.
		"isBlocked(address)",
		// Pax (USDP, PAXG, PYUSD).
		"isFrozen(address)",
	],
	fee_switch: [
		// USDT.
		...["basisPointsRate()", "maximumFee()"],
		// PAXG.
		"feeRate()",
	],
	rebase: [
		// Lido's stETH and its kind.
		...["sharesOf(address)", "getSharesByPooledEth(uint256)"],
		// Ampleforth's UFragments, Aave's interest-bearing tokens.
		...["scaledBalanceOf(address)", "scaledTotalSupply()"],
		// Olympus' sOHM.
		"gonsForBalance(uint256)",
		// Origin's OUSD and OETH.
		...["rebasingCreditsPerToken()", "creditsBalanceOf(address)"],
	],
	// ERC-3156.
	flash_mint: ["maxFlashLoan(address)", "flashFee(address,uint256)"],
	// DAI's, older than EIP-2612 and other than it.
	unusual_permit: ["permit(address,address,uint256,uint256,bool,uint8,bytes32,bytes32)"],
};
/** An amount to ask with. */
const ONE = 10n ** 18n;

const MINUS_ONE = (1n << 256n) - 1n;
/** EIP-1967 puts its slots one below a hash, where no preimage is known. */
const below = (name: string): string => `0x${((BigInt(id(name)) + MINUS_ONE) & MINUS_ONE).toString(16).padStart(64, "0")}`;

/** Where proxies keep what they delegate to, in the order in which they are looked at. */
export const PROXY_SLOTS = [
	{ kind: "eip-1967", slot: below("eip1967.proxy.implementation") },
	{ kind: "eip-1967-beacon", slot: below("eip1967.proxy.beacon") },
	{ kind: "eip-1822", slot: id("PROXIABLE") },
	// Before EIP-1967; USDC's proxy is one of these.
	{ kind: "zeppelinos", slot: id("org.zeppelinos.proxy.implementation") },
] as const satisfies readonly { readonly kind: TokenProxy["kind"]; readonly slot: string }[];

/** EIP-1167: the whole code of a proxy that always delegates to one address. */
const MINIMAL_PROXY = /^0x363d3d373d3d3d363d73([0-9a-f]{40})5af43d82803e903d91602b57fd5bf3$/;

/** `words` are those of {@link PROXY_SLOTS}; a beacon's address stands for its implementation. */
export function proxyOf(code: string, words: readonly string[]): TokenProxy | null {
	const minimal = MINIMAL_PROXY.exec(code)?.[1];
	if (minimal !== undefined) return { kind: "eip-1167", implementation: `0x${minimal}` };
	for (const [i, { kind }] of PROXY_SLOTS.entries()) {
		const word = words[i] ?? "0x0";
		if (BigInt(word) !== 0n) return { kind, implementation: addressAt(`0x${word.slice(2).padStart(64, "0")}`, 0) };
	}
	return null;
}

/** A known function whose selector is in a token's code; `data` asks it, where it only reads. */
export interface KnownFunction {
	readonly kind: TokenFeature["kind"];
	readonly signature: string;
	readonly data: string | null;
}

/**
 * The known functions whose selectors the code holds at any byte: dispatchers push them or, in newer Vyper, keep a table. A token that calls another's
 * function holds its selector as well (wstETH those of stETH), so that only an answer proves one. `subject` is whom they are asked about.
 */
export function knownFunctions(codes: readonly string[], subject: string): readonly KnownFunction[] {
	return Object.entries(KNOWN_FUNCTIONS).flatMap(([kind, signatures]) =>
		signatures.flatMap((signature) => {
			const fragment = FunctionFragment.from(`function ${signature}`);
			if (!codes.some((code) => holdsBytes(code, fragment.selector))) return [];
			const types = fragment.inputs.map(({ type }) => type);
			const args = types.map((type) => (type === "address" ? subject : ONE));
			const data = kind === "unusual_permit" ? null : fragment.selector + AbiCoder.defaultAbiCoder().encode(types, args).slice(2);
			return [{ kind: kind as TokenFeature["kind"], signature, data }];
		}),
	);
}

function holdsBytes(code: string, bytes: string): boolean {
	const digits = bytes.slice(2);
	for (let at = code.indexOf(digits, 2); at !== -1; at = code.indexOf(digits, at + 1)) {
		if (at % 2 === 0) return true;
	}
	return false;
}
