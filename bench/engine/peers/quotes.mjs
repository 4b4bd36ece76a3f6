// The peers' side of the engine's benchmark. Plain JavaScript: its packages are installed beside it by the benchmark, not with the project.
import { createRequire } from "node:module";

// Their ES modules leave out file endings, which Node does not take.
const require = createRequire(import.meta.url);
const { CurrencyAmount, Token } = require("@uniswap/sdk-core");
const { Pair } = require("@uniswap/v2-sdk");
const { Pool } = require("@uniswap/v3-sdk");

const tokens = [1, 2, 3, 4].map((number) => new Token(1, `0x${String(number).padStart(40, "0")}`, 18));

/** Output of an amount through three pairs by `Pair.getOutputAmount`; `reserves` in the direction of the route. */
export function v2Route(reserves) {
	const pairs = reserves.map(
		([reserveIn, reserveOut], i) =>
			new Pair(
				CurrencyAmount.fromRawAmount(tokens[i], reserveIn.toString()),
				CurrencyAmount.fromRawAmount(tokens[i + 1], reserveOut.toString()),
			),
	);
	return (amountIn) => {
		let amount = CurrencyAmount.fromRawAmount(tokens[0], amountIn.toString());
		for (const pair of pairs) [amount] = pair.getOutputAmount(amount);
		return BigInt(amount.quotient.toString());
	};
}

/** Output of an amount of token0 by `Pool.getOutputAmount`. */
export function v3Pool({ feePips, sqrtPriceX96, liquidity, tick, ticks }) {
	const list = ticks.map(([index, net]) => ({ index, liquidityNet: net.toString(), liquidityGross: (net < 0n ? -net : net).toString() }));
	const pool = new Pool(tokens[0], tokens[1], feePips, sqrtPriceX96.toString(), liquidity.toString(), tick, list);
	return async (amountIn) => {
		const [amount] = await pool.getOutputAmount(CurrencyAmount.fromRawAmount(tokens[0], amountIn.toString()));
		return BigInt(amount.quotient.toString());
	};
}
