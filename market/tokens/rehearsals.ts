import { Interface, id } from "ethers";
import type { TokenMove } from "../../domain/token-facts.ts";
import type { Stage } from "./stage.ts";

const ERC20 = new Interface([
	"function transfer(address,uint256)",
	"function transferFrom(address,address,uint256)",
	"function approve(address,uint256)",
]);
export const MAX = (1n << 256n) - 1n;
const LARGE = 1n << 96n;
/** Where ERC-1820's registry is on every chain that has it, and the name under which ERC-777 looks a recipient up. */
const ERC1820_REGISTRY = "0x1820a4b7618bde71dce8cdc73aab6c95905fad24";
const RECIPIENT_INTERFACE = id("ERC777TokensRecipient");
const NOBODY = "0x0000000000000000000000000000000000000000";

/** A call of `target` by `actor`: `prefix`, then `amount` on top of the balance of `balanceOf` where that is not the zero address. */
export interface RehearsalStep {
	readonly actor: string;
	readonly target: string;
	readonly prefix: string;
	readonly balanceOf: string;
	readonly amount: bigint;
	/** Set where the step moves tokens in a way that a route would. */
	readonly move?: Pick<TokenMove, "kind" | "size" | "holder"> & { readonly from: string; readonly to: string };
}

export type RehearsalName =
	| `round trip: ${TokenMove["size"]}`
	| `round trip with ${string}`
	| "sending on"
	| "pulling by allowance"
	| "pulling by an exact allowance"
	| "changing an approval"
	| "approving zero"
	| "approving the zero address"
	| "approving much"
	| "moving zero"
	| "moving to oneself"
	| "moving too much"
	| "moving the maximum"
	| "moving to the zero address"
	| "pulling one's own"
	| "pulling another's"
	| "receiving as a registered recipient";

export interface Rehearsal {
	readonly name: RehearsalName;
	/** Whose balances are looked at: the holder, the trader, then others. */
	readonly accounts: readonly string[];
	readonly steps: readonly RehearsalStep[];
}

type Amount = Pick<RehearsalStep, "balanceOf" | "amount">;
type Performed = Omit<Rehearsal, "accounts">;

/** What a token is tried out with. All but the round trips start with a third of the holder's balance, made odd, at the trader. */
export function rehearsalsOf(token: string, stage: Stage, holderBalance: bigint): readonly Rehearsal[] {
	const { holder, trader, other, bystander } = stage;
	const step = (actor: string, method: string, args: readonly unknown[], amount: Amount) => ({
		actor,
		target: token,
		// The amount is every method's last word, and added by the inspector.
		prefix: ERC20.encodeFunctionData(method, [...args, 0]).slice(0, -64),
		...amount,
	});
	const exactly = (amount: bigint) => ({ balanceOf: NOBODY, amount });
	const allOf = (account: string, more = 0n) => ({ balanceOf: account, amount: more });
	const moving = (from: string, to: string, amount: Amount, move: Pick<TokenMove, "kind" | "size">) => ({
		...step(from, "transfer", [to], amount),
		move: { holder, ...move, from, to },
	});
	const third = (balance: bigint) => (balance / 3n) | 1n;
	const sizes: Readonly<Record<TokenMove["size"], bigint>> = {
		unit: 1n,
		small: holderBalance / 10_000n > 0n ? holderBalance / 10_000n : 1n,
		third: third(holderBalance),
		half: holderBalance / 2n,
		all: holderBalance,
	};
	const roundTrips = (Object.keys(sizes) as readonly TokenMove["size"][]).map(
		(size): Performed => ({
			name: `round trip: ${size}`,
			steps: [
				moving(holder, trader, exactly(sizes[size]), { kind: "buy", size }),
				moving(trader, holder, allOf(trader), { kind: "sell", size }),
			],
		}),
	);
	const size = "third";
	const buy = moving(holder, trader, exactly(sizes.third), { kind: "buy", size });
	const tripsWithOthers = stage.counterparties.map(
		({ address, balance }): Rehearsal => ({
			name: `round trip with ${address}`,
			accounts: [address, trader],
			steps: [
				{
					...step(address, "transfer", [trader], exactly(third(balance))),
					move: { kind: "buy", size, holder: address, from: address, to: trader },
				},
				{ ...step(trader, "transfer", [address], allOf(trader)), move: { kind: "sell", size, holder: address, from: trader, to: address } },
			],
		}),
	);
	const approve = (spender: string, amount: Amount) => step(trader, "approve", [spender], amount);
	const pull = {
		...step(holder, "transferFrom", [trader, holder], allOf(trader)),
		move: { kind: "pull", size, holder, from: trader, to: holder } as const,
	};
	const register = {
		actor: trader,
		target: ERC1820_REGISTRY,
		// setInterfaceImplementer(account, interface, implementer), of which the last is the word that the inspector adds.
		prefix: `${id("setInterfaceImplementer(address,bytes32,address)").slice(0, 10)}${trader.slice(2).padStart(64, "0")}${RECIPIENT_INTERFACE.slice(2)}`,
		...exactly(BigInt(trader)),
	};
	const performed: readonly Performed[] = [
		...roundTrips,
		{
			name: "sending on",
			steps: [
				buy,
				moving(trader, other, allOf(trader), { kind: "send", size }),
				moving(other, bystander, allOf(other), { kind: "send", size }),
			],
		},
		{ name: "pulling by allowance", steps: [buy, approve(holder, exactly(MAX)), pull] },
		{ name: "pulling by an exact allowance", steps: [buy, approve(holder, allOf(trader)), pull] },
		{ name: "changing an approval", steps: [approve(holder, exactly(5n)), approve(holder, exactly(7n))] },
		{ name: "approving zero", steps: [approve(holder, exactly(0n))] },
		{ name: "approving the zero address", steps: [approve(NOBODY, exactly(5n))] },
		{ name: "approving much", steps: [approve(holder, exactly(LARGE))] },
		{ name: "moving zero", steps: [step(holder, "transfer", [trader], exactly(0n))] },
		{ name: "moving to oneself", steps: [buy, step(trader, "transfer", [trader], allOf(trader))] },
		{ name: "moving too much", steps: [buy, step(trader, "transfer", [other], allOf(trader, 1n))] },
		{ name: "moving the maximum", steps: [buy, step(trader, "transfer", [other], exactly(MAX))] },
		{ name: "moving to the zero address", steps: [buy, step(trader, "transfer", [NOBODY], allOf(trader))] },
		{ name: "pulling one's own", steps: [buy, step(trader, "transferFrom", [trader, other], allOf(trader))] },
		{ name: "pulling another's", steps: [buy, step(other, "transferFrom", [trader, other], allOf(trader))] },
		{ name: "receiving as a registered recipient", steps: [register, buy, moving(trader, holder, allOf(trader), { kind: "sell", size })] },
	];
	const accounts = [holder, trader, other, bystander];
	return [...performed.map((rehearsal) => ({ ...rehearsal, accounts })), ...tripsWithOthers];
}
