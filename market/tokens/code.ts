import { id } from "ethers";
import type { TokenFeature, TokenProxy } from "../../domain/token-facts.ts";
import { addressAt } from "../protocols/abi-word.ts";

/** Functions whose presence says something about a token, with where they are known from. Those without parameters are asked as well. */
const KNOWN_FUNCTIONS: Readonly<Record<TokenFeature["kind"], readonly string[]>> = {
	pausable: [
		// OpenZeppelin Pausable; USDT (TetherToken), USDC (FiatToken).
		...["paused()", "pause()"],
		// MiniMe tokens and their forks.
		"transfersEnabled()",
	],
	blocklist: [
		// USDT.
		...["isBlackListed(address)", "getBlackListStatus(address)", "addBlackList(address)"],
		// USDC and its forks, TrueUSD.
		...["isBlacklisted(address)", "blacklist(address)"],
		// Tether Gold, USDT on newer chains.
		...["isBlocked(address)", "addToBlockedList(address)"],
		// Pax (USDP, PAXG, PYUSD).
		...["isFrozen(address)", "freeze(address)"],
	],
	fee_switch: [
		// USDT.
		...["basisPointsRate()", "maximumFee()", "setParams(uint256,uint256)"],
		// PAXG.
		...["feeRate()", "setFeeRate(uint256)"],
	],
	rebase: [
		// Lido's stETH and its kind.
		...["sharesOf(address)", "getSharesByPooledEth(uint256)"],
		// Ampleforth's UFragments, Aave's interest-bearing tokens.
		...["rebase(uint256,int256)", "scaledBalanceOf(address)", "scaledTotalSupply()"],
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

/** A known function that the code has; `data` asks it, where it needs no argument. */
export interface KnownFunction {
	readonly kind: TokenFeature["kind"];
	readonly signature: string;
	readonly data: string | null;
}

/** The known functions whose selectors the code holds at any byte: dispatchers push them or, in newer Vyper, keep a table. */
export function knownFunctions(codes: readonly string[]): readonly KnownFunction[] {
	return Object.entries(KNOWN_FUNCTIONS).flatMap(([kind, signatures]) =>
		signatures.flatMap((signature) => {
			const selector = id(signature).slice(0, 10);
			if (!codes.some((code) => holdsBytes(code, selector))) return [];
			return [{ kind: kind as TokenFeature["kind"], signature, data: signature.endsWith("()") ? selector : null }];
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
