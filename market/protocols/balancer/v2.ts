import { id } from "ethers";
import type { OtherPoolState, Pool } from "../../../domain/pool.ts";
import type { ChainLog } from "../../log.ts";
import { addressWord } from "../abi-word.ts";
import { type DiscoveryScope, type Holdings, type ProtocolAdapter, type Reading, type TrackedPool, vaultOf } from "../adapter.ts";
import { type AnsweredPool, askAbout, legible, readAll, thoseReadable } from "../answers.ts";
import { creationByFactory, fieldsAfter, inVault, PAUSED_STATE_CHANGED, VAULT_TOPICS, vaultFieldsOf, vaultQuestions } from "./v2-vault.ts";

const GET_POOL_ID = id("getPoolId()").slice(0, 10);
const GET_VAULT = id("getVault()").slice(0, 10);
const GET_POOL_TOKENS = id("getPoolTokens(bytes32)").slice(0, 10);

export type StateV2 = OtherPoolState & { readonly family: "balancer-v2-weighted" | "balancer-v2-stable" };

/** What differs between the kinds of pools that Balancer's V2 vault holds. */
interface KindOfPool extends Pick<ProtocolAdapter, "isSilent" | "refresh"> {
	readonly family: StateV2["family"];
	readonly stateTopics: readonly string[];
	ask(reading: Reading): Promise<AnsweredPool[]>;
	/** The state after a log of the pool that is the kind's own. */
	applyOwn(state: StateV2, log: ChainLog): StateV2 | "reload" | null;
}

/** Pools of Balancer's V2 vault: balances follow to the wei from the vault's logs (`Swap`, `PoolBalanceChanged`, `PoolBalanceManaged`). */
export function poolsOfVaultV2(kind: KindOfPool): ProtocolAdapter {
	const { family, isSilent, refresh } = kind;
	return {
		families: [family],
		stateTopics: [...VAULT_TOPICS, ...kind.stateTopics],
		singleton: inVault,
		creation: creationByFactory,

		async complete(reading, scope) {
			const pools = await withVaultFacts(reading, scope);
			const answered = await kind.ask({ ...reading, pools });
			return thoseReadable(answered);
		},

		async load(reading) {
			return readAll(await kind.ask(reading));
		},

		...(isSilent === undefined ? {} : { isSilent }),
		...(refresh === undefined ? {} : { refresh }),
		holdings: holdingsInVault,

		apply(tracked: TrackedPool, log) {
			const { state } = tracked;
			if (state.family !== family) return tracked;
			// Whether a pool can be swapped in takes the vault's and its own pause to say.
			if (log.topics[0] === PAUSED_STATE_CHANGED) return "reload";
			const ofKind: StateV2 = { ...state, family };
			const own = kind.applyOwn(ofKind, log);
			if (own !== null) return own === "reload" ? own : { ...tracked, state: own };
			const fields = fieldsAfter(vaultFieldsOf(state), state, log);
			return fields === null ? "reload" : { ...tracked, state: { ...ofKind, ...fields } };
		},
	};
}

/** Pools with the id that they say and the tokens that the vault says. Those of another vault, or that the vault does not know, are left out. */
async function withVaultFacts(reading: Reading, { dex }: DiscoveryScope): Promise<Pool[]> {
	const vault = vaultOf(dex);
	const named = await askAbout(reading, (pool) => ({
		getPoolId: { to: pool.address, data: GET_POOL_ID },
		getVault: { to: pool.address, data: GET_VAULT },
	}));
	const pools = legible(named, (answers) => {
		const { pool } = answers;
		return answers.address("getVault") === vault
			? [{ ...pool, details: { ...pool.details, vault, poolId: answers.word("getPoolId") } }]
			: [];
	}).flat();
	const listed = await askAbout({ ...reading, pools }, (pool) => ({
		getPoolTokens: { to: vault, data: GET_POOL_TOKENS + String(pool.details.poolId).slice(2) },
	}));
	return legible(listed, (answers) => ({ ...answers.pool, tokens: answers.list("getPoolTokens").map(addressWord) })).filter(
		({ tokens }) => tokens.length >= 2 && tokens.length <= 8,
	);
}

/** What asset managers hold is a part; of its own token a pool holds nothing that is worth something. */
async function holdingsInVault(reading: Reading): Promise<Holdings[]> {
	const answers = await askAbout(reading, (pool) => ({ getPoolTokenInfo: vaultQuestions(pool).getPoolTokenInfo }));
	return legible(answers, (answer) => {
		const { pool } = answer;
		const managed = answer.each("getPoolTokenInfo", 1);
		const amounts = answer.each("getPoolTokenInfo", 0).map((cash, i) => (pool.tokens[i] === pool.address ? 0n : cash + (managed[i] ?? 0n)));
		return { pool, amounts };
	});
}
