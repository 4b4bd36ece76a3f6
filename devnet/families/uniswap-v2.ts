import { Interface, keccak256 } from "ethers";
import { addressAt, uintAt } from "../../market/protocols/abi-word.ts";
import { type ArtifactName, type PoolArtifactName, readArtifact } from "../artifacts.ts";
import { type DeployedPool, tokensOf } from "../deployed-pool.ts";
import { deskInterface, perform } from "../desk.ts";
import { mainnetPools } from "../world.ts";
import { contractOf, type DevnetDex, type PoolDraft } from "./dex.ts";

const FEE_PIPS = 3000;
const ERC20 = new Interface(["function transfer(address to, uint256 value) returns (bool)"]);
const PAIR = new Interface([
	"function getReserves() view returns (uint112, uint112, uint32)",
	"function mint(address to) returns (uint256)",
]);

/** Uniswap V2 or one of its forks, with mainnet's pairs. */
export function uniswapV2(of: {
	readonly name: string;
	readonly factory: ArtifactName & ("uniswapV2Factory" | "sushiFactory");
	readonly pair: PoolArtifactName;
}): DevnetDex {
	const swapV2 = (pool: DeployedPool, swap: { readonly zeroForOne: boolean; readonly amountIn: bigint }): string =>
		deskInterface().encodeFunctionData("swapV2", [pool.address, swap.zeroForOne, swap.amountIn, pool.feePips]);
	return {
		name: of.name,
		family: "uniswap-v2",
		artifacts: [of.factory],
		pools: [],
		deploy: async (chain) => ({ factory: await chain.create(of.factory, [chain.accounts.deployer.address]) }),

		plan: (world, contracts) => {
			const factory = contractOf(contracts, "factory");
			const { abi } = readArtifact(of.factory);
			return mainnetPools(world, of.name).map(({ tokens, price, liquidity }): PoolDraft => {
				const addresses = tokens.map((token) => token.address);
				return {
					create: (chain) => chain.call(chain.accounts.deployer, factory, abi.encodeFunctionData("createPair", addresses)),
					locate: async (chain) => ({
						...{ address: addressAt(await chain.read(factory, abi.encodeFunctionData("getPair", addresses)), 0), dex: of.name },
						...{ family: "uniswap-v2", tokens: addresses, feePips: FEE_PIPS, tickSpacing: 0, details: {} },
					}),
					seed: async (chain, pool) => {
						const reserves = [liquidity / Math.sqrt(price), liquidity * Math.sqrt(price)].map((amount) => BigInt(Math.round(amount)));
						const calls = pool.tokens.map((token, i) => ({
							to: token,
							data: ERC20.encodeFunctionData("transfer", [pool.address, reserves[i] ?? 0n]),
						}));
						const mint = { to: pool.address, data: PAIR.encodeFunctionData("mint", [world.desk]) };
						await chain.call(chain.accounts.market, world.desk, perform([...calls, mint]));
					},
				};
			});
		},

		views: (pool) => [{ to: pool.address, data: PAIR.encodeFunctionData("getReserves") }],
		observe: (pool, [answer = "0x"]) => {
			const [token0, token1] = tokensOf(pool);
			const [reserve0, reserve1] = [Number(uintAt(answer, 0)), Number(uintAt(answer, 1))];
			return [{ token0, token1, feePips: pool.feePips, price: reserve1 / reserve0, liquidity: Math.sqrt(reserve0 * reserve1) }];
		},
		swap: (pool, { tokenIn, amountIn }) => swapV2(pool, { zeroForOne: pool.tokens[0] === tokenIn, amountIn }),
		trade: (pool, { seen, price }) => {
			const zeroForOne = price < seen.price;
			const reserveIn = zeroForOne ? seen.liquidity / Math.sqrt(seen.price) : seen.liquidity * Math.sqrt(seen.price);
			const move = zeroForOne ? seen.price / price : price / seen.price;
			// The fee stays in the pool, so a little less than the whole input moves the price.
			const amountIn = reserveIn * (Math.sqrt(move) - 1) * (1 + pool.feePips / 2e6);
			return swapV2(pool, { zeroForOne, amountIn: BigInt(Math.max(1, Math.round(amountIn))) });
		},

		row: (contracts, [known]) => ({
			...{ factory: contractOf(contracts, "factory"), feePips: FEE_PIPS, startBlock: 0 },
			...(known === undefined ? {} : { knownPool: { address: known.address, tokens: known.tokens } }),
			derivation: { by: "init-code", salt: "packed-tokens", initCodeHash: keccak256(readArtifact(of.pair).bytecode) },
		}),
	};
}
