import { describe, expect, it } from "vitest";
import { bloomHas, bloomMayHold, bloomOf } from "./bloom.ts";
import { hashHeader, parseHeader } from "./header.ts";
import { encodeReceipt, orderedTrieRoot, provedLogs } from "./receipts-root.ts";

const ZERO_BLOOM = `0x${"00".repeat(256)}`;
const EMPTY_UNCLES = "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347";
/** Root of a trie without items: keccak256 of the RLP of nothing. */
const EMPTY_ROOT = "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421";

/** Goerli block 8,656,414, after Shanghai (from ethereum-optimism/optimism, op-service/sources/testdata, MIT). */
const GOERLI = {
	number: "0x84161e",
	hash: "0xa16c6bcda4fdca88b5761965c4d724f7afc6a6900d9051a204e544870adb3452",
	parentHash: "0x72d92c1498e05952988d4e79a695928a6bcbd37239f8a1734051263b4d3504b8",
	sha3Uncles: EMPTY_UNCLES,
	miner: "0x000095e79eac4d76aab57cb2c1f091d553b36ca0",
	stateRoot: "0xc56738518b2c7854a640ae25996d2211c9ef0dd2e4dd9e59e9d9cacef39622da",
	transactionsRoot: "0x4a87d0cf5990b1c5bac631583e5965c2ba943858bebb2e07f74d0b697f73821a",
	receiptsRoot: "0xaff90ae18dcc35924a4bddb68d403b8b7812c10c3ea2a114f34105c87d75bcdb",
	logsBloom:
		"0x020010404000001a0000021000000080001100410000100001000010040200980220400000008806200200000100000000000000000000008000000400042000000050000040000112080808800002044000040004042008800480002000000000000002020020000042002400000820000080040000000010200010020010100101212050000008000000008000001010200c80000112010000438040020400000000202400000000002002a0210402000622010000000001700144000040000000002204000000c000410105024010000808000000002004002000000261000000822200200800881000000012500400400000000000000040010000800000",
	difficulty: "0x0",
	gasLimit: "0x1c9c380",
	gasUsed: "0x18f759",
	timestamp: "0x64110a5c",
	extraData: "0x",
	mixHash: "0x5b53dc49cbab268ef9950b1d81b5e36a1b2f1b97aee1b7ff6e4db0e06c29a8b0",
	nonce: "0x0000000000000000",
	baseFeePerGas: "0x3fb7c357",
	withdrawalsRoot: "0xbe712c930a0665264b025ced87cc7839eef95a3cbc26dadc93e9e185a350ad28",
};

/** Block 274 of an OP-stack devnet after Canyon, whose one transaction is a deposit (test data of a public Rust client). */
const OP_DEVNET = {
	number: "0x112",
	hash: "0xfc70e073ec6e1bb7f387698e4be418d7b1ff2216f625cdf41e1b80fb08029ef5",
	parentHash: "0xcfbc479d5f63476538db9ff15295167a6e91ecc9d6cf54be471eded689c251c9",
	sha3Uncles: EMPTY_UNCLES,
	miner: "0x4200000000000000000000000000000000000011",
	stateRoot: "0x86be45fb7a22b8c12cbce8d538372b800377cc589de590b6d88f5f65dde97df8",
	transactionsRoot: "0xb01a2ad2c1ceb76f2edcdc02f2e0453c52e24c421fb04132cdfc0da5b70a593e",
	receiptsRoot: "0x8c303881b3e408cc739f55ef3e5133075d552cbec9ee987aff6b71f58cf291ee",
	logsBloom: ZERO_BLOOM,
	difficulty: "0x0",
	gasLimit: "0x1c9c380",
	gasUsed: "0xb76d",
	timestamp: "0x65da607b",
	extraData: "0x",
	mixHash: "0x8bc8a48326d9309959f2452206c1c842be9fcc9840c789845caab9d290a9700c",
	nonce: "0x0000000000000000",
	baseFeePerGas: "0x1418f329",
	withdrawalsRoot: EMPTY_ROOT,
};

describe("hashHeader", () => {
	for (const [name, header] of Object.entries({ GOERLI, OP_DEVNET })) {
		it(`finds the hash that the chain gave ${name}`, () => expect(hashHeader(header)).toBe(header.hash));
	}

	it("finds another hash as soon as a field is another", () => {
		for (const [field, value] of Object.entries(GOERLI)) {
			if (field === "hash") continue;
			const changed = { ...GOERLI, [field]: value.replace(/.$/, (digit) => (digit === "1" ? "2" : "1")) };
			if (field !== "extraData") expect(hashHeader(changed), field).not.toBe(GOERLI.hash);
		}
	});

	it("knows no hash of a header that lacks a field", () => {
		const { mixHash: _mixHash, ...lacking } = GOERLI;
		expect(hashHeader(lacking)).toBeNull();
	});
});

describe("parseHeader", () => {
	it("says whether the content vouches for the hash", () => {
		expect(parseHeader(GOERLI).isSelfHashed).toBe(true);
		expect(parseHeader({ ...GOERLI, receiptsRoot: EMPTY_ROOT }).isSelfHashed).toBe(false);
	});

	it("names the field that a header lacks", () => {
		const { logsBloom: _logsBloom, ...lacking } = GOERLI;
		expect(() => parseHeader(lacking)).toThrow(/no logsBloom/);
	});
});

describe("receipts root", () => {
	/** As `eth_getBlockReceipts` gives it. */
	const deposit = {
		type: "0x7e",
		status: "0x1",
		cumulativeGasUsed: "0xb76d",
		logsBloom: ZERO_BLOOM,
		logs: [],
		depositNonce: "0x111",
		depositReceiptVersion: "0x1",
		transactionIndex: "0x0",
	};

	it("of a deposit's receipt is that of the OP-stack block", async () => {
		expect(await orderedTrieRoot([encodeReceipt(deposit)])).toBe(OP_DEVNET.receiptsRoot);
	});

	it("is another without the deposit's nonce", async () => {
		const { depositNonce: _depositNonce, ...lacking } = deposit;
		expect(await orderedTrieRoot([encodeReceipt(lacking)])).not.toBe(OP_DEVNET.receiptsRoot);
	});

	it("of no receipts is the empty trie's", async () => expect(await orderedTrieRoot([])).toBe(EMPTY_ROOT));

	it("refuses what is no list of receipts, and names the field", async () => {
		const header = { receiptsRoot: OP_DEVNET.receiptsRoot, hash: OP_DEVNET.hash, number: 0x112 };
		expect(await provedLogs([deposit], header)).toEqual([]);
		await expect(provedLogs([{ ...deposit, cumulativeGasUsed: 7 }], header)).rejects.toMatchObject({
			kind: "invalid",
			message: /0\.cumulativeGasUsed/,
		});
		await expect(provedLogs([], header)).rejects.toMatchObject({ kind: "invalid", message: /its header says/ });
	});
});

describe("bloom", () => {
	const log = { address: `0x${"12".repeat(20)}`, topics: [`0x${"34".repeat(32)}`] };
	const other = `0x${"56".repeat(32)}`;
	const bloom = bloomOf([log]);

	it("has what it was made of, in either case of the letters", () => {
		for (const value of [log.address, ...log.topics]) expect(bloomHas(bloom, value)).toBe(true);
		expect(bloomHas(bloomOf([{ address: `0x${"ab".repeat(20)}`, topics: [] }]), `0x${"AB".repeat(20)}`)).toBe(true);
		expect(bloomHas(bloom, other)).toBe(false);
	});

	it("excludes a filter of which one part has no match", () => {
		const { address, topics } = log;
		const [topic = ""] = topics;
		for (const [filter, mayHold] of [
			[{}, true],
			[{ addresses: [address] }, true],
			[{ addresses: [other.slice(0, 42), address], topics: [null] }, true],
			[{ addresses: [address], topics: [[other, topic]] }, true],
			[{ addresses: [address], topics: [other] }, false],
			[{ topics: [[other]] }, false],
			[{ addresses: [] }, true],
		] as const) {
			expect(bloomMayHold(bloom, filter), JSON.stringify(filter)).toBe(mayHold);
		}
	});
});
