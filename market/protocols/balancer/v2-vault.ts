import { id } from "ethers";
import { ArbError } from "../../../domain/errors.ts";
import type { Pool } from "../../../domain/pool.ts";
import type { Call } from "../../chain-client.ts";
import type { ChainLog } from "../../log.ts";
import { addressAt, addressTopic, addressWord, intAt, listAt, uintAt } from "../abi-word.ts";
import { type CreationEvents, type DiscoveryScope, factoryOf, textDetail, vaultOf } from "../adapter.ts";
import type { Answers } from "../answers.ts";

/** The factories' event (`BasePoolFactory`); what the pool holds is the vault's to tell. */
const POOL_CREATED = id("PoolCreated(address)");
const SWAP = id("Swap(bytes32,address,address,uint256,uint256)");
const POOL_BALANCE_CHANGED = id("PoolBalanceChanged(bytes32,address,address[],int256[],uint256[])");
const POOL_BALANCE_MANAGED = id("PoolBalanceManaged(bytes32,address,address,int256,int256)");
/** Of the vault about all its pools, of a pool about itself. */
export const PAUSED_STATE_CHANGED = id("PausedStateChanged(bool)");
export const SWAP_FEE_CHANGED = id("SwapFeePercentageChanged(uint256)");
export const VAULT_TOPICS: readonly string[] = [SWAP, POOL_BALANCE_CHANGED, POOL_BALANCE_MANAGED, PAUSED_STATE_CHANGED, SWAP_FEE_CHANGED];

const GET_POOL_TOKEN_INFO = id("getPoolTokenInfo(bytes32,address)").slice(0, 10);
const GET_PAUSED_STATE = id("getPausedState()").slice(0, 10);
const GET_SWAP_FEE = id("getSwapFeePercentage()").slice(0, 10);

export type VaultQuestion = "getPoolTokenInfo" | "getSwapFeePercentage" | "getPausedState" | "vault's getPausedState";

/** The fields of a state that every pool of the vault has. `managed` is what asset managers hold of the balances. */
export interface VaultFields {
	readonly balances: readonly string[];
	readonly managed: readonly string[];
	readonly swapFeePercentage: string;
	readonly paused: boolean;
}

export function vaultQuestions(pool: Pool): Record<VaultQuestion, Call | readonly Call[]> {
	const vault = textDetail(pool, "vault");
	const poolId = textDetail(pool, "poolId").slice(2);
	return {
		getPoolTokenInfo: pool.tokens.map((token) => ({ to: vault, data: GET_POOL_TOKEN_INFO + poolId + addressTopic(token).slice(2) })),
		getSwapFeePercentage: { to: pool.address, data: GET_SWAP_FEE },
		getPausedState: { to: pool.address, data: GET_PAUSED_STATE },
		"vault's getPausedState": { to: vault, data: GET_PAUSED_STATE },
	};
}

export function vaultFields(answers: Answers<VaultQuestion>): VaultFields {
	const managed = answers.each("getPoolTokenInfo", 1);
	return {
		balances: answers.each("getPoolTokenInfo", 0).map((cash, i) => (cash + (managed[i] ?? 0n)).toString()),
		managed: managed.map(String),
		swapFeePercentage: answers.uint("getSwapFeePercentage").toString(),
		paused: answers.flag("getPausedState") || answers.flag("vault's getPausedState"),
	};
}

/** `BasePool` scales every token to 18 decimals. */
export function scalingFactors(decimals: readonly bigint[]): string[] {
	return decimals.map((count) => (10n ** (36n - count)).toString());
}

/** Fields after a log of the vault or of the pool; null for a log that tells less than the whole change. */
export function fieldsAfter(fields: VaultFields, pool: { readonly tokens: readonly string[] }, log: ChainLog): VaultFields | null {
	const { tokens } = pool;
	switch (log.topics[0]) {
		case SWAP: {
			const [tokenIn, tokenOut] = [tokenOf(log, 2), tokenOf(log, 3)];
			return moved(fields, tokens, [
				{ token: tokenIn, balance: uintAt(log.data, 0) },
				{ token: tokenOut, balance: -uintAt(log.data, 1) },
			]);
		}
		case POOL_BALANCE_CHANGED: {
			const [named, deltas, fees] = [listAt(log.data, 0), listAt(log.data, 1), listAt(log.data, 2)];
			if (named === null || deltas === null || fees === null || named.length !== deltas.length || named.length !== fees.length) return null;
			// Protocol fees are taken out of the balance besides what joins or leaves (`PoolBalances._joinOrExit`).
			const changes = named.map((at, i) => ({
				token: addressWord(uintAt(log.data, at)),
				balance: intAt(log.data, deltas[i] ?? 0) - uintAt(log.data, fees[i] ?? 0),
			}));
			return moved(fields, tokens, changes);
		}
		case POOL_BALANCE_MANAGED: {
			const [cash, managed] = [intAt(log.data, 0), intAt(log.data, 1)];
			return moved(fields, tokens, [{ token: tokenOf(log, 3), balance: cash + managed, managed }]);
		}
		case SWAP_FEE_CHANGED:
			return { ...fields, swapFeePercentage: uintAt(log.data, 0).toString() };
		default:
			return null;
	}
}

function tokenOf(log: ChainLog, topic: number): string {
	return addressAt(log.topics[topic] ?? "0x", 0);
}

/** Null where a token is none of the pool's or a balance would fall below 0: then the balances are not what they were taken for. */
function moved(
	fields: VaultFields,
	tokens: readonly string[],
	changes: readonly { readonly token: string; readonly balance: bigint; readonly managed?: bigint }[],
): VaultFields | null {
	const balances = fields.balances.map(BigInt);
	const managed = fields.managed.map(BigInt);
	for (const change of changes) {
		const at = tokens.indexOf(change.token);
		const [balance, held] = [balances[at], managed[at]];
		if (balance === undefined || held === undefined) return null;
		balances[at] = balance + change.balance;
		managed[at] = held + (change.managed ?? 0n);
	}
	if ([...balances, ...managed].some((amount) => amount < 0n)) return null;
	return { ...fields, balances: balances.map(String), managed: managed.map(String) };
}

/** A pool's id begins with its address (`PoolRegistry._toPoolId`). */
export const inVault = {
	address: (pool: Pool): string => textDetail(pool, "vault"),
	poolOf(log: ChainLog): string | "all" | null {
		switch (log.topics[0]) {
			case SWAP:
			case POOL_BALANCE_CHANGED:
			case POOL_BALANCE_MANAGED:
				return (log.topics[1] ?? "").slice(0, 42);
			case PAUSED_STATE_CHANGED:
				return "all";
			default:
				return null;
		}
	},
};

/** The factory names the pool and nothing else: `complete` asks the rest. */
export function creationByFactory({ chainId, dex }: DiscoveryScope): CreationEvents {
	const vault = vaultOf(dex);
	return {
		emitter: factoryOf(dex),
		topics: () => [POOL_CREATED],
		parse: (log) => ({
			...{ chainId, address: tokenOf(log, 1), family: dex.family, dex: dex.name },
			...{ tokens: [], feePips: 0, tickSpacing: 0, details: { vault, poolId: "" } },
		}),
	};
}

/** @throws ArbError `chain` where a state of this family is not what the vault's pools have. */
export function vaultFieldsOf(state: { readonly address: string; readonly [field: string]: unknown }): VaultFields {
	const { balances, managed, swapFeePercentage, paused } = state;
	const isList = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every((item) => typeof item === "string");
	if (isList(balances) && isList(managed) && typeof swapFeePercentage === "string" && typeof paused === "boolean") {
		return { balances, managed, swapFeePercentage, paused };
	}
	throw new ArbError({
		code: "chain",
		message: `the state of pool ${state.address} lacks balances, managed, swapFeePercentage or paused; load it again`,
		retryable: false,
	});
}
