import { addressDetail, type HopEncoder, unfit } from "./hop.ts";

const KIND_V2 = 4;
const KIND_V3 = 5;

/** Balancer V2: the vault is called, with the pool's id. */
export const encodeBalancerV2: HopEncoder = (hop) => {
	const poolId = hop.details?.poolId;
	if (typeof poolId !== "string" || !/^0x[0-9a-fA-F]{64}$/.test(poolId))
		throw unfit(hop, "details.poolId", poolId, "a pool's id of 32 bytes");
	return { kind: KIND_V2, pool: addressDetail(hop, "vault"), data: BigInt(poolId) };
};

/** Balancer V3: the vault is called about the pool. */
export const encodeBalancerV3: HopEncoder = (hop) => ({ kind: KIND_V3, pool: hop.pool, data: BigInt(addressDetail(hop, "vault")) });
