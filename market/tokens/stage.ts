import { randomBytes } from "node:crypto";
import { hexlify, Interface, id } from "ethers";
import inspectorArtifact from "../../contracts/artifacts/TokenInspector.json" with { type: "json" };
import puppetArtifact from "../../contracts/artifacts/TokenPuppet.json" with { type: "json" };
import { word } from "./balance-slot.ts";
import type { AccountOverride } from "./simulation.ts";

export const INSPECTOR = new Interface(inspectorArtifact.abi);

/** The puppet's slots: `TokenPuppet.sol`. */
const INSPECTOR_SLOT = id("token puppet: inspector");
const ORIGINAL_SLOT = id("token puppet: where the account's own code is");

/** Who holds the tokens: an account of the chain with the code that it has there, or a fresh one with a balance written for it. */
export type StageHolder =
	| { readonly kind: "holder"; readonly address: string; readonly code: string }
	| { readonly kind: "slot"; readonly address: string; readonly token: string; readonly key: string; readonly amount: bigint };

/** A holder beside the one that the rehearsals begin with: a tax or a ban may be on one pool alone. */
export interface Counterparty {
	readonly address: string;
	readonly code: string;
	/** Base units. */
	readonly balance: bigint;
}

/** The accounts of a simulation, and the overrides that make them act. */
export interface Stage {
	readonly inspector: string;
	readonly origin: string;
	readonly holder: string;
	/** A contract as our executor is one: it answers to nobody's calls. */
	readonly trader: string;
	readonly other: string;
	/** Without code. */
	readonly bystander: string;
	/** More holders, to trade with one by one. */
	readonly counterparties: readonly Counterparty[];
	readonly state: Readonly<Record<string, AccountOverride>>;
}

/** Enough for the gas of any call at any price. */
const COIN = word(1n << 120n);

/**
 * Accounts are fresh for each stage, and code gets a random tail: a token must not know from an address, a code hash or a size that it is looked at.
 * `trader` is an account of the chain to act as, instead of a fresh one.
 */
export function setStage(
	holder: StageHolder,
	of: { readonly trader?: string | undefined; readonly counterparties?: readonly Counterparty[] } = {},
): Stage {
	const { trader: acting = freshAddress(), counterparties = [] } = of;
	const fresh = { inspector: freshAddress(), other: freshAddress(), bystander: freshAddress() };
	// Pairs of one factory share their code: it is sent once.
	const originals = new Map<string, string>();
	const originalOf = (code: string): string | null => {
		if (code === "0x") return null;
		const original = originals.get(code) ?? freshAddress();
		originals.set(code, original);
		return original;
	};
	const holding = (code: string) => puppet(fresh.inspector, originalOf(code));
	return {
		inspector: fresh.inspector,
		origin: freshAddress(),
		holder: holder.address,
		trader: acting,
		other: fresh.other,
		bystander: fresh.bystander,
		counterparties,
		state: {
			[fresh.inspector]: { code: inspectorArtifact.deployedBytecode },
			[holder.address]: holding(holder.kind === "holder" ? holder.code : "0x"),
			...Object.fromEntries(counterparties.map(({ address, code }) => [address, holding(code)])),
			[acting]: puppet(fresh.inspector, null),
			[fresh.other]: puppet(fresh.inspector, null),
			...Object.fromEntries([...originals].map(([code, original]) => [original, { code }])),
			...(holder.kind === "slot" && { [holder.token]: { stateDiff: { [holder.key]: word(holder.amount) } } }),
		},
	};
}

/** The stage's overrides, with a sender that can pay for gas. */
export function withOrigin(stage: Stage): Readonly<Record<string, AccountOverride>> {
	return { ...stage.state, [stage.origin]: { balance: COIN } };
}

/** For a call of the inspector that needs no accounts. */
export function bareStage(): { readonly inspector: string; readonly state: Readonly<Record<string, AccountOverride>> } {
	const inspector = freshAddress();
	return { inspector, state: { [inspector]: { code: inspectorArtifact.deployedBytecode } } };
}

export function freshAddress(): string {
	return hexlify(randomBytes(20));
}

function puppet(inspector: string, original: string | null): AccountOverride {
	const tail = hexlify(randomBytes(1 + (randomBytes(1)[0] ?? 0)));
	return {
		code: puppetArtifact.deployedBytecode + tail.slice(2),
		stateDiff: { [INSPECTOR_SLOT]: word(BigInt(inspector)), [ORIGINAL_SLOT]: word(BigInt(original ?? 0)) },
	};
}
