import { Contract, Interface } from "ethers";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Devnet, startDevnet } from "../../devnet/devnet.ts";
import { DEXES } from "../../devnet/families/all.ts";
import type { PlannedHop } from "../../domain/plan.ts";
import { PROTOCOL_FAMILIES, type ProtocolFamily } from "../../domain/pool.ts";
import { encodeExecute } from "../../execution/executor.ts";
import { simulateExecution } from "../../execution/simulation.ts";
import { estimateHopGas, estimateRouteGas } from "../../strategy/detect.ts";

type DeployedPool = Devnet["deployment"]["pools"][number];

/** How far the pair of Uniswap V2's kind is moved that a cycle lives from. */
const GAP_BPS = 5_000;
const AMOUNT_IN = 10n ** 16n;
const NATIVE = `0x${"0".repeat(40)}`;
const ERC20 = new Interface([
	"function balanceOf(address) view returns (uint256)",
	"function allowance(address owner, address spender) view returns (uint256)",
]);

let devnet: Devnet;
let unused: unknown;

beforeAll(async () => {
	devnet = await startDevnet({ seed: 1, blockMs: "manual", simulator: false, competitor: false });
});
afterAll(async () => {
	await devnet?.close();
});
beforeEach(async () => {
	unused = await devnet.provider.send("evm_snapshot", []);
});
afterEach(async () => {
	await devnet.provider.send("evm_revert", [unused]);
});

describe.each(DEXES.map(({ name, family }) => ({ name, family })))("the executor in $name's pools of published bytecode", ({ name }) => {
	it("swaps in both directions, earns what it says, and keeps neither token nor allowance", async () => {
		for (const { pool, tokenIn, tokenOut } of somePools(name).flatMap(bothWays)) {
			const snapshot = await devnet.provider.send("evm_snapshot", []);
			const hops = await profitableCycle(hopOf(pool, { tokenIn, tokenOut }));
			const lender = pool.family.startsWith("balancer-v2") ? lenderOf("morpho-blue") : lenderOf("balancer-v2");
			const simulation = await execute({ hops, lender });
			const families = hops.map((hop) => hop.family).join(" > ");
			expect(simulation, families).toMatchObject({ ok: true, revertReason: null });
			expect(await earned(simulation.calldata), families).toBe(BigInt(simulation.profit));
			await expectNothingLeft(hops, lender);

			const others = hops
				.filter((hop) => hop.pool !== pool.address)
				.reduce((sum, hop) => sum + estimateHopGas(hop.family), estimateRouteGas([]));
			const gas = BigInt(simulation.gasUsed) - others;
			expect(gas, `gas of ${families}`).toBeLessThanOrEqual(estimateHopGas(familyOf(pool)));
			await devnet.provider.send("evm_revert", [snapshot]);
		}
	});
});

describe("the devnet's lenders", () => {
	it.each(["balancer-v2", "aave-v3", "morpho-blue"] as const)(
		"%s lends, is paid back with its fee, and keeps no allowance",
		async (kind) => {
			const pool = firstPool("uniswap-v3");
			const [tokenIn, tokenOut] = pairOf(pool);
			const hops = await profitableCycle(hopOf(pool, { tokenIn, tokenOut }));
			const lender = lenderOf(kind);
			const simulation = await execute({ hops, lender });
			expect(simulation).toMatchObject({ ok: true, revertReason: null });
			const free = await execute({ hops, lender: lenderOf("morpho-blue") });
			// Five hundredths of a percent.
			const premium = kind === "aave-v3" ? (AMOUNT_IN * 5n) / 10_000n : 0n;
			expect(BigInt(simulation.profit)).toBe(BigInt(free.profit) - premium);
			expect(await earned(simulation.calldata)).toBe(BigInt(simulation.profit));
			await expectNothingLeft(hops, lender);
		},
	);

	it("cannot be Balancer's vault where the route swaps in it", async () => {
		const pool = firstPool("balancer-v2-weighted");
		const [tokenIn, tokenOut] = pairOf(pool);
		const hops = await profitableCycle(hopOf(pool, { tokenIn, tokenOut }));
		const simulation = await execute({ hops, lender: lenderOf("balancer-v2") });
		expect(simulation).toMatchObject({ ok: false, revertReason: expect.stringContaining("BAL#400") });
	});
});

/** The first pool of a dex, and the first of the native coin where it has one. */
function somePools(dex: string): readonly DeployedPool[] {
	const native = devnet.deployment.pools.find((pool) => pool.dex === dex && pool.details.currency0 === NATIVE);
	return [...new Set([firstPool(dex), ...(native === undefined ? [] : [native])])];
}

function bothWays(pool: DeployedPool): readonly { readonly pool: DeployedPool; readonly tokenIn: string; readonly tokenOut: string }[] {
	const [a, b] = pairOf(pool);
	return [
		{ pool, tokenIn: a, tokenOut: b },
		{ pool, tokenIn: b, tokenOut: a },
	];
}

function lenderOf(kind: string): string {
	const lender = devnet.chain.lenders.find((each) => each.kind === kind);
	if (lender === undefined) throw new RangeError(`the devnet has no lender ${kind}`);
	return lender.address;
}

/** One with WETH, where the dex has such a pool. */
function firstPool(dex: string): DeployedPool {
	const pools = devnet.deployment.pools.filter((pool) => pool.dex === dex);
	const found = pools.find((pool) => pool.tokens.includes(devnet.deployment.weth)) ?? pools[0];
	if (found === undefined) throw new RangeError(`the devnet has no pool of ${dex}`);
	return found;
}

/** WETH first where the pool has it. */
function pairOf({ tokens }: DeployedPool): [string, string] {
	const { weth } = devnet.deployment;
	const ordered = [
		...tokens.filter((token) => token === weth),
		...tokens.filter((token) => token !== weth && pairWith(token) !== undefined),
	];
	const [a, b] = ordered;
	if (a === undefined || b === undefined) throw new RangeError(`no pair leads from WETH to two of ${tokens.join(", ")}`);
	return [a, b];
}

/** A Uniswap V2 pair of a token and WETH. */
function pairWith(token: string, except?: string): DeployedPool | undefined {
	const { pools, weth } = devnet.deployment;
	return pools.find(
		(pool) => pool.family === "uniswap-v2" && pool.address !== except && pool.tokens.includes(token) && pool.tokens.includes(weth),
	);
}

function hopOf(pool: DeployedPool, { tokenIn, tokenOut }: { readonly tokenIn: string; readonly tokenOut: string }): PlannedHop {
	const { address, feePips, tokens, details, tickSpacing } = pool;
	return { pool: address, family: familyOf(pool), tokenIn, tokenOut, amountIn: "0", amountOut: "0", feePips, tokens, details, tickSpacing };
}

function familyOf({ family }: DeployedPool): ProtocolFamily {
	const known = PROTOCOL_FAMILIES.find((each) => each === family);
	if (known === undefined) throw new RangeError(`family ${family} is none that the system trades on`);
	return known;
}

/** From WETH through the hop and back by pairs, one of which is moved so far that the cycle earns. */
async function profitableCycle(hop: PlannedHop): Promise<readonly PlannedHop[]> {
	const { weth } = devnet.deployment;
	const before = hop.tokenIn === weth ? undefined : pairWith(hop.tokenIn, hop.pool);
	const after = hop.tokenOut === weth ? undefined : pairWith(hop.tokenOut, hop.pool);
	const hops = [
		...(before === undefined ? [] : [hopOf(before, { tokenIn: weth, tokenOut: hop.tokenIn })]),
		hop,
		...(after === undefined ? [] : [hopOf(after, { tokenIn: hop.tokenOut, tokenOut: weth })]),
	];
	const moved = after ?? before;
	const [token0] = moved?.tokens ?? [];
	if (moved === undefined) throw new RangeError(`no pair leads back from pool ${hop.pool}`);
	// The price is token1 for token0: dear is what is sold in the last hop, or what the first hop does not buy.
	const isUp = after === undefined ? token0 === weth : token0 !== weth;
	await devnet.openGap({ pool: moved.address, moveBps: isUp ? GAP_BPS : -GAP_BPS });
	return hops;
}

async function execute(of: { readonly hops: readonly PlannedHop[]; readonly lender: string }) {
	const { chain, provider } = devnet;
	const head = await provider.getBlockNumber();
	const calldata = encodeExecute({
		...of,
		...{ planId: `0x${"1d".repeat(32)}`, startToken: chain.wrappedNative, amountIn: AMOUNT_IN, minProfit: 1n, deadlineBlock: head + 10 },
	});
	const simulation = await simulateExecution(provider, { from: chain.operators[0] ?? "", executor: chain.executor, calldata });
	return { ...simulation, calldata };
}

/** What the treasury has more after the call is mined. */
async function earned(calldata: string): Promise<bigint> {
	const { chain, provider } = devnet;
	const weth = new Contract(chain.wrappedNative, ERC20, provider);
	const before: bigint = await weth.getFunction("balanceOf")(chain.treasury);
	const from = chain.operators[0] ?? "";
	await provider.send("anvil_impersonateAccount", [from]);
	await provider.send("eth_sendTransaction", [{ from, to: chain.executor, data: calldata, gas: "0x1e8480", gasPrice: "0x2540be400" }]);
	await devnet.mine();
	return (await weth.getFunction("balanceOf")(chain.treasury)) - before;
}

async function expectNothingLeft(hops: readonly PlannedHop[], lender: string): Promise<void> {
	const { chain, provider, deployment } = devnet;
	expect(await provider.getBalance(chain.executor)).toBe(0n);
	const spenders = [lender, deployment.vault, ...hops.flatMap((hop) => [hop.pool, ...Object.values(hop.details ?? {})])].filter(
		(each) => typeof each === "string" && each.length === 42,
	);
	for (const { tokenIn } of hops) {
		const token = new Contract(tokenIn, ERC20, provider);
		expect(await token.getFunction("balanceOf")(chain.executor)).toBe(0n);
		for (const spender of spenders) expect(await token.getFunction("allowance")(chain.executor, spender)).toBe(0n);
	}
}
