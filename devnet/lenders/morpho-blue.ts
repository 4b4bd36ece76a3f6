import { ZeroAddress } from "ethers";
import { readArtifact } from "../artifacts.ts";
import { type DevnetLender, supplyFromDesk } from "./lender.ts";

/** Morpho Blue: it lends what it holds of any token, without a fee. Each token is supplied to a market in which nobody can borrow. */
export const morphoBlue: DevnetLender = {
	kind: "morpho-blue",
	artifacts: ["morphoBlue"],
	deploy: async (chain, world) => {
		const { deployer } = chain.accounts;
		const { abi } = readArtifact("morphoBlue");
		const morpho = await chain.create("morphoBlue", [deployer.address]);
		// No interest and no borrowing, which the owner has to allow like any other terms.
		await chain.call(deployer, morpho, abi.encodeFunctionData("enableIrm", [ZeroAddress]));
		await chain.call(deployer, morpho, abi.encodeFunctionData("enableLltv", [0]));
		for (const token of world.tokens) {
			const market = [token.address, ZeroAddress, ZeroAddress, ZeroAddress, 0];
			await chain.call(deployer, morpho, abi.encodeFunctionData("createMarket", [market]));
			const supply = (amount: bigint): string => abi.encodeFunctionData("supply", [market, amount, 0, world.desk, "0x"]);
			await supplyFromDesk(chain, { desk: world.desk, token, lender: morpho, supply });
		}
		return morpho;
	},
};
