import { AbiCoder, getCreateAddress, ZeroAddress } from "ethers";
import { type ArtifactName, linkedCode, readArtifact } from "../artifacts.ts";
import type { Deploying } from "../families/dex.ts";
import type { PricedToken } from "../world.ts";
import { type DevnetLender, supplyFromDesk } from "./lender.ts";

/** Basis points of a loan, and of these what the treasury keeps rather than the suppliers: those of Aave's deployments. */
const PREMIUM = { total: 5, toProtocol: 4 };

/** Interest on borrowing, which no reserve allows here, in ray: usual values of a volatile asset. */
const RAY = 10n ** 27n;
const RATES = {
	optimalUsage: (RAY * 80n) / 100n,
	base: 0n,
	variableSlopes: [(RAY * 4n) / 100n, (RAY * 75n) / 100n],
	stableSlopes: [(RAY * 5n) / 1000n, (RAY * 75n) / 100n],
	stableOffsets: [RAY / 100n, (RAY * 8n) / 100n],
	optimalStableToTotalDebt: (RAY * 20n) / 100n,
};

/** In the order of their creation: some are linked with those before. */
const LIBRARIES = {
	BorrowLogic: "aaveBorrowLogic",
	BridgeLogic: "aaveBridgeLogic",
	ConfiguratorLogic: "aaveConfiguratorLogic",
	EModeLogic: "aaveEModeLogic",
	FlashLoanLogic: "aaveFlashLoanLogic",
	LiquidationLogic: "aaveLiquidationLogic",
	PoolLogic: "aavePoolLogic",
	SupplyLogic: "aaveSupplyLogic",
} as const satisfies Readonly<Record<string, ArtifactName>>;

/** Aave V3 with a reserve of every token, each of which lends. Its prices are constant: nobody borrows. */
export const aaveV3: DevnetLender = {
	kind: "aave-v3",
	artifacts: [
		...Object.values(LIBRARIES),
		...(["aaveAddressesProvider", "aaveAclManager", "aavePool", "aavePoolConfigurator", "aaveRateStrategy", "aaveAToken"] as const),
		...(["aaveStableDebtToken", "aaveVariableDebtToken", "aavePriceOracle"] as const),
	],
	deploy: async (chain, world) => {
		const { deployer } = chain.accounts;
		const libraries: Record<string, string> = {};
		for (const [name, artifact] of Object.entries(LIBRARIES))
			libraries[name] = await createLinked(chain, { artifact, libraries, values: [] });

		const provider = await chain.create("aaveAddressesProvider", ["devnet", deployer.address]);
		const providerAbi = readArtifact("aaveAddressesProvider").abi;
		const set = (name: string, ...values: readonly unknown[]) =>
			chain.call(deployer, provider, providerAbi.encodeFunctionData(name, values));
		await set("setACLAdmin", deployer.address);
		const acl = await chain.create("aaveAclManager", [provider]);
		await set("setACLManager", acl);
		await chain.call(deployer, acl, readArtifact("aaveAclManager").abi.encodeFunctionData("addPoolAdmin", [deployer.address]));
		await set("setPoolImpl", await createLinked(chain, { artifact: "aavePool", libraries, values: [provider] }));
		await set("setPoolConfiguratorImpl", await createLinked(chain, { artifact: "aavePoolConfigurator", libraries, values: [] }));
		// Each of the two makes the provider create a proxy of its own; a contract's first nonce is 1 (EIP-161).
		const [pool, configurator] = [proxyOf(provider, 1), proxyOf(provider, 2)];
		const oracle = await chain.create("aavePriceOracle");
		await set("setPriceOracle", oracle);

		const reserves = await reserveTerms(chain, { provider, pool });
		const configure = (name: string, ...values: readonly unknown[]) =>
			chain.call(deployer, configurator, readArtifact("aavePoolConfigurator").abi.encodeFunctionData(name, values));
		await configure("updateFlashloanPremiumTotal", PREMIUM.total);
		await configure("updateFlashloanPremiumToProtocol", PREMIUM.toProtocol);
		const poolAbi = readArtifact("aavePool").abi;
		for (const token of world.tokens) {
			const price = BigInt(Math.round(token.price * 10 ** token.decimals));
			await chain.call(deployer, oracle, readArtifact("aavePriceOracle").abi.encodeFunctionData("setAssetPrice", [token.address, price]));
			await configure("initReserves", [reserves(token)]);
			await configure("setReserveFlashLoaning", token.address, true);
			const supply = (amount: bigint): string => poolAbi.encodeFunctionData("supply", [token.address, amount, world.desk, 0]);
			await supplyFromDesk(chain, { desk: world.desk, token, lender: pool, supply });
		}
		return pool;
	},
};

/** What all reserves share; returns `ConfiguratorInputTypes.InitReserveInput` of a token. */
async function reserveTerms(chain: Deploying, of: { readonly provider: string; readonly pool: string }) {
	const { provider, pool } = of;
	const strategy = await chain.create("aaveRateStrategy", [
		...[provider, RATES.optimalUsage, RATES.base, ...RATES.variableSlopes, ...RATES.stableSlopes, ...RATES.stableOffsets],
		RATES.optimalStableToTotalDebt,
	]);
	const supplied = await chain.create("aaveAToken", [pool]);
	const stableDebt = await chain.create("aaveStableDebtToken", [pool]);
	const variableDebt = await chain.create("aaveVariableDebtToken", [pool]);
	const treasury = chain.accounts.treasury.address;
	return ({ address, symbol, decimals }: PricedToken) => [
		...[supplied, stableDebt, variableDebt, decimals, strategy, address, treasury, ZeroAddress],
		...[
			`Aave ${symbol}`,
			`a${symbol}`,
			`Aave variable debt ${symbol}`,
			`variableDebt${symbol}`,
			`Aave stable debt ${symbol}`,
			`stableDebt${symbol}`,
		],
		"0x",
	];
}

function proxyOf(provider: string, nonce: number): string {
	return getCreateAddress({ from: provider, nonce }).toLowerCase();
}

function createLinked(
	chain: Deploying,
	of: { readonly artifact: ArtifactName; readonly libraries: Readonly<Record<string, string>>; readonly values: readonly unknown[] },
): Promise<string> {
	const { abi } = readArtifact(of.artifact);
	const code = linkedCode(of.artifact, of.libraries);
	const words = AbiCoder.defaultAbiCoder().encode(abi.deploy.inputs, of.values);
	return chain.createCode({ what: of.artifact, code: `${code}${words.slice(2)}` });
}
