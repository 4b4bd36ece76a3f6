import { z } from "zod";
import { checksummedAddress, hash32 } from "../address.ts";
import { parseWith } from "../validation.ts";

/** Millionths: 3000 is 0.3 %. */
const pips = z.int().min(0).max(999_999);

/** Where the fee of a pool comes from. */
const feeRuleSchema = z.discriminatedUnion("kind", [
	/** The same for every pool; pools do not tell it. */
	z.strictObject({ kind: z.literal("fixed"), pips }),
	/** One of these, chosen when a pool is created, as the factory's `feeAmountTickSpacing` lists them. Governance may add more. */
	z.strictObject({ kind: z.literal("tiers"), tiers: z.array(z.strictObject({ pips, tickSpacing: z.int().min(1) })).min(1) }),
	/** Each pool has its own, or its factory keeps it; changes with a transaction of the owner. */
	z.strictObject({ kind: z.literal("by-pool") }),
	/** Follows volatility, time or the trade: read with the state of every block. */
	z.strictObject({ kind: z.literal("dynamic") }),
]);

/**
 * What a factory hashes into the CREATE2 salt of a pool. `packed` is `abi.encodePacked`, the others are `abi.encode`; tokens sorted.
 *
 * - `packed-tokens`: Uniswap V2 (`UniswapV2Factory.createPair`) and Camelot V2
 * - `packed-tokens-stable`: Solidly's forks, with the flag of a stable pair (`PairFactory.createPair`)
 * - `tokens`: Algebra (`AlgebraPoolDeployer.deploy`)
 * - `tokens-fee`: Uniswap V3 (`UniswapV3PoolDeployer.deploy`), PancakeSwap V3
 * - `tokens-tick-spacing`: Slipstream (`CLFactory.createPool`)
 */
const saltSchema = z.enum(["packed-tokens", "packed-tokens-stable", "tokens", "tokens-fee", "tokens-tick-spacing"]);

/** An address as a file has it: with its checksum in the registry, in any case in a chain file. */
type AddressSchema = z.ZodType<string, string>;

/** How the address of a pool follows from its tokens (EIP-1014). */
export const derivationSchema = (address: AddressSchema) =>
	z.discriminatedUnion("by", [
		/** The pool's own creation code. */
		z.strictObject({ by: z.literal("init-code"), salt: saltSchema, initCodeHash: hash32 }),
		/** A minimal proxy (EIP-1167) of this implementation. */
		z.strictObject({ by: z.literal("clone"), salt: saltSchema, implementation: address }),
	]);

/** A pool whose address was read elsewhere than derived; it must derive from its row. Of the last three exactly what the salt has. */
export const knownPoolSchema = (address: AddressSchema) =>
	z.strictObject({
		address,
		tokens: z.tuple([address, address]),
		fee: pips.optional(),
		tickSpacing: z.int().min(1).optional(),
		stable: z.boolean().optional(),
	});

const deploymentSchema = z
	.strictObject({
		chainId: z.int().min(1),
		/** Creates the pools, or lists them. */
		factory: checksummedAddress.optional(),
		/** Holds many pools at once: a vault, a pool manager, or the one pool of a dex. */
		vault: checksummedAddress.optional(),
		/** Creates the pools where that is not the factory. */
		poolDeployer: checksummedAddress.optional(),
		router: checksummedAddress.optional(),
		quoter: checksummedAddress.optional(),
		/** Block before which the dex has no pools, where its indexers begin; 0, which is always right, where absent. */
		startBlock: z.int().min(0).optional(),
		/** Proven by the known pool, wherever hash, implementation and deployer were read. */
		derivation: derivationSchema(checksummedAddress).optional(),
		knownPool: knownPoolSchema(checksummedAddress).optional(),
		/** Where factory, vault, router and quoter were read: `package@version path`, or `owner/repository path`. */
		source: z.string().min(1),
		/** A second place that gives the same factory or vault. */
		alsoIn: z.string().min(1).optional(),
	})
	.refine((row) => row.factory !== undefined || row.vault !== undefined, { path: ["factory"], message: "a row needs a factory or a vault" })
	.refine((row) => (row.derivation === undefined) === (row.knownPool === undefined), {
		path: ["knownPool"],
		message: "a derivation is carried over only with a known pool that proves it",
	});

const dexSchema = z.strictObject({
	/** The dex's name, the same on every chain. */
	dex: z.string().regex(/^[a-z0-9.-]+$/, "is not lower case, digits, dots and hyphens"),
	/** The engine's name of the swap mathematics; another name where the engine has none. */
	family: z.string().regex(/^[a-z0-9.-]+$/, "is not lower case, digits, dots and hyphens"),
	fee: feeRuleSchema,
	/** Why the dex stays off whatever the engine can do. */
	off: z.string().min(1).optional(),
	deployments: z.array(deploymentSchema).min(1),
});

/** A dex as its file writes it: what all its deployments share, and a row for each chain. */
export type Dex = z.input<typeof dexSchema>;

export type Derivation = z.output<ReturnType<typeof derivationSchema>>;
export type Salt = z.output<typeof saltSchema>;
export type KnownPool = z.output<ReturnType<typeof knownPoolSchema>>;

/** One row of the registry: a dex on a chain. Addresses are lower case. */
export type Deployment = z.output<typeof deploymentSchema> & Pick<z.output<typeof dexSchema>, "dex" | "family" | "fee" | "off">;

/**
 * The rows of a dex.
 *
 * @throws ArbError `configuration` that names the dex and each bad field
 */
export function deploymentsOf(dex: Dex): readonly Deployment[] {
	const { deployments, ...shared } = parseWith(dexSchema, dex, `registry, dex ${dex.dex}`);
	return deployments.map((row) => ({ ...row, ...shared }));
}
