import { readFileSync } from "node:fs";
import { Contract, ContractFactory, Interface, type Signer } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compile, loadSolc, OWN_SETTINGS } from "../../contracts/compiler.ts";
import { aaveV3LoanFee, loanFeeOn } from "../../domain/loan-fee.ts";
import { devnetAccounts } from "../accounts.ts";
import { readArtifact } from "../artifacts.ts";
import { type Devnet, startDevnet } from "../devnet.ts";

const BORROWER = "devnet/testing/Borrower.sol";
const ERC20 = ["function transfer(address, uint256) returns (bool)", "function balanceOf(address) view returns (uint256)"];
const GAS = { gasLimit: 2_000_000 };
const PREMIUM_BPS = 5n;

let devnet: Devnet;
let borrower: Contract;
let market: Signer;

beforeAll(async () => {
	devnet = await startDevnet({ seed: 1, blockMs: "manual", simulator: false, competitor: false });
	market = devnetAccounts().market.connect(devnet.provider);
	const source = new URL("../testing/Borrower.sol", import.meta.url);
	const contract = { path: BORROWER, name: "Borrower" };
	const artifact = compile({
		...{ solc: loadSolc("solc"), settings: OWN_SETTINGS, contracts: [contract] },
		read: () => readFileSync(source, "utf8"),
	}).get(contract.name);
	const deployed = await new ContractFactory([...(artifact?.abi ?? [])] as string[], artifact?.bytecode ?? "0x", market).deploy(GAS);
	await devnet.mine();
	borrower = new Contract(await deployed.getAddress(), deployed.interface, market);
});
afterAll(() => devnet?.close());

function lender(kind: string): string {
	return devnet.deployment.lenders.find((each) => each.kind === kind)?.address ?? expect.fail(`no lender ${kind}`);
}

function token(address: string): Contract {
	return new Contract(address, ERC20, market);
}

/** Gives the borrower what a fee takes; the market has earned WETH by its deposit, tokens are minted. */
async function give(address: string, amount: bigint): Promise<void> {
	const { deployer } = devnetAccounts();
	const to = await borrower.getAddress();
	if (address === devnet.deployment.weth) {
		await new Contract(address, ["function deposit() payable"], market).getFunction("deposit")({ value: amount });
		await token(address).getFunction("transfer")(to, amount, GAS);
	} else {
		const minter = new Contract(address, readArtifact("token").abi, deployer.connect(devnet.provider));
		await minter.getFunction("mint")(to, amount, GAS);
	}
	await devnet.mine();
}

async function statusOf(sent: { readonly hash: string }): Promise<number | null | undefined> {
	await devnet.mine();
	return (await devnet.provider.getTransactionReceipt(sent.hash))?.status;
}

describe("Aave V3 on the devnet", () => {
	const pool = (): Contract => new Contract(lender("aave-v3"), readArtifact("aavePool").abi, market);
	/** The reserve's aToken holds what is lent. */
	const holder = async (address: string): Promise<string> => (await pool().getFunction("getReserveData")(address)).aTokenAddress;

	it("lends every token, and keeps 0.05 % of it", async () => {
		expect(await pool().getFunction("FLASHLOAN_PREMIUM_TOTAL")()).toBe(PREMIUM_BPS);
		for (const { address, symbol, decimals } of devnet.deployment.tokens) {
			const amount = 3n * 10n ** BigInt(decimals) + 777n;
			const fee = loanFeeOn(amount, aaveV3LoanFee({ premiumBps: PREMIUM_BPS, rounding: "half-up" }));
			await give(address, fee);
			const [at, to] = [await holder(address), await borrower.getAddress()];
			const before: bigint = await token(address).getFunction("balanceOf")(at);
			const sent = await pool().getFunction("flashLoanSimple")(to, address, amount, "0x", 0, GAS);
			expect(await statusOf(sent), symbol).toBe(1);
			expect(await token(address).getFunction("balanceOf")(at), symbol).toBe(before + fee);
			expect(await token(address).getFunction("balanceOf")(to), symbol).toBe(0n);
			expect(await borrowed(sent.hash), symbol).toEqual([lender("aave-v3"), address, amount, fee, amount + fee]);
		}
	});

	it("has more WETH to lend than a cycle may take", async () => {
		const { weth } = devnet.deployment;
		expect(await token(weth).getFunction("balanceOf")(await holder(weth))).toBeGreaterThan(BigInt(devnet.chain.limits.maxAmountIn) * 100n);
	});

	it("refuses a loan whose premium is not paid", async () => {
		const { weth } = devnet.deployment;
		const sent = await pool().getFunction("flashLoanSimple")(await borrower.getAddress(), weth, 10n ** 18n, "0x", 0, GAS);
		expect(await statusOf(sent)).toBe(0);
	});
});

describe("Morpho Blue on the devnet", () => {
	it("lends every token for nothing", async () => {
		const morpho = lender("morpho-blue");
		for (const { address, symbol, decimals } of devnet.deployment.tokens) {
			const amount = 5n * 10n ** BigInt(decimals) + 1n;
			const before: bigint = await token(address).getFunction("balanceOf")(morpho);
			const sent = await borrower.getFunction("borrowFromMorpho")(morpho, address, amount, GAS);
			expect(await statusOf(sent), symbol).toBe(1);
			expect(await token(address).getFunction("balanceOf")(morpho), symbol).toBe(before);
			expect(await borrowed(sent.hash), symbol).toEqual([morpho, address, amount, 0n, amount]);
		}
	});

	it("lends all that it holds, and nothing beyond", async () => {
		const { weth } = devnet.deployment;
		const morpho = lender("morpho-blue");
		const held: bigint = await token(weth).getFunction("balanceOf")(morpho);
		expect(held).toBeGreaterThan(BigInt(devnet.chain.limits.maxAmountIn) * 100n);
		expect(await statusOf(await borrower.getFunction("borrowFromMorpho")(morpho, weth, held, GAS))).toBe(1);
		expect(await statusOf(await borrower.getFunction("borrowFromMorpho")(morpho, weth, held + 1n, GAS))).toBe(0);
	});
});

/** What the borrower says it got, and held while it had it. */
async function borrowed(hash: string): Promise<readonly unknown[]> {
	const events = new Interface(["event Borrowed(address lender, address token, uint256 amount, uint256 fee, uint256 held)"]);
	const receipt = await devnet.provider.getTransactionReceipt(hash);
	const logs = (receipt?.logs ?? []).map((log) => events.parseLog(log)).filter((log) => log !== null);
	const [by = "", of = "", ...amounts] = logs[0]?.args.toArray() ?? [];
	return [String(by).toLowerCase(), String(of).toLowerCase(), ...amounts];
}
