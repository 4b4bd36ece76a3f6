import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Pool } from "../../domain/pool.ts";
import { type ChainClient, connectChain } from "../chain-client.ts";
import { discoverPools } from "../discovery/events.ts";
import { type Exchange, startExchange } from "../testing/exchange.ts";
import { admitTokens } from "./admission.ts";

const EXECUTOR = `0x${"e1".repeat(20)}`;

let exchange: Exchange;
let client: ChainClient;
let pools: readonly Pool[];

beforeAll(async () => {
	exchange = await startExchange();
	client = await connectChain(exchange.chain, { timeoutMs: 60_000 });
	pools = await discoverPools(client, exchange.chain, {});
});

afterAll(async () => {
	client?.close();
	await exchange?.close();
});

describe("admitting tokens", () => {
	it("tries each out with what published pools hold of it and allows WETH9, three times the same code and supply", async () => {
		const block = await client.head();
		const admitted = await admitTokens(client, { ...exchange.chain, executor: EXECUTOR }, { block, pools });
		expect(admitted.map(({ row }) => ({ ...row, notes: row.notes.map(({ code }) => code) }))).toEqual(
			exchange.chain.tokens.map((token) => ({
				chainId: exchange.chain.chainId,
				...token,
				...{ allowed: true, reason: "", reasonCode: null, notes: ["self_pull_free"], inspectedAtBlock: block.number },
			})),
		);
		for (const { facts } of admitted) {
			expect(facts.funding).toMatchObject({ kind: "holder", holder: expect.stringMatching(/^0x/) });
			expect([...exchange.pairs, ...exchange.v3Pools]).toContain(facts.funding?.kind === "holder" && facts.funding.holder);
		}
	});

	it("refuses settings whose decimals are not the contract's, naming the field", async () => {
		const tokens = exchange.chain.tokens.map((token, i) => (i === 1 ? { ...token, decimals: 6 } : token));
		const order = { block: await client.head(), pools };
		await expect(admitTokens(client, { ...exchange.chain, tokens, executor: EXECUTOR }, order)).rejects.toMatchObject({
			code: "configuration",
			retryable: false,
			message: expect.stringMatching(/^tokens\[1\]\.decimals: 6 in the settings, 18 in the contract 0x/),
		});
	});

	it("excludes an address without code", async () => {
		const missing = `0x${"00".repeat(19)}99`;
		const tokens = exchange.chain.tokens.map((token, i) => (i === 1 ? { ...token, address: missing } : token));
		const admitted = await admitTokens(client, { ...exchange.chain, tokens, executor: EXECUTOR }, { block: await client.head(), pools });
		expect(admitted[1]?.row).toMatchObject({
			...{ address: missing, allowed: false, reasonCode: "no_code" },
			reason: "there is no code at this address",
		});
	});
});
