import type { Dex } from "./deployment.ts";

/** Vending machines (DVM), stable pools (DSP) and private pools (DPP): three factories on each chain, in this order. */
export const dodoV2: Dex = {
	dex: "dodo-v2",
	family: "dodo-v2",
	fee: { kind: "by-pool" },
	deployments: [
		// Ethereum
		{
			chainId: 1,
			factory: "0x72d220cE168C4f361dD4deE5D826a01AD8598f6C",
			source: "@dodoex/dodo-contract-request@1.8.0 contract-config/eth.json",
		},
		// OP Mainnet
		{
			chainId: 10,
			factory: "0x2B800DC6270726F7E2266cE8cD5A3F8436fe0B40",
			source: "@dodoex/dodo-contract-request@1.8.0 contract-config/optimism.json",
		},
		// BNB Chain
		{
			chainId: 56,
			factory: "0x790B4A80Fb1094589A3c0eFC8740aA9b0C1733fB",
			source: "@dodoex/dodo-contract-request@1.8.0 contract-config/bsc.json",
		},
		// Polygon
		{
			chainId: 137,
			factory: "0x79887f65f83bdf15Bcc8736b5e5BcDB48fb8fE13",
			source: "@dodoex/dodo-contract-request@1.8.0 contract-config/polygon.json",
		},
		// Base
		{
			chainId: 8453,
			factory: "0x0226fCE8c969604C3A0AD19c37d1FAFac73e13c2",
			source: "@dodoex/dodo-contract-request@1.8.0 contract-config/base.json",
		},
		// Arbitrum One
		{
			chainId: 42161,
			factory: "0xDa4c4411c55B0785e501332354A036c04833B72b",
			source: "@dodoex/dodo-contract-request@1.8.0 contract-config/arbitrum.json",
		},
		// Avalanche
		{
			chainId: 43114,
			factory: "0xfF133A6D335b50bDAa6612D19E1352B049A8aE6a",
			source: "@dodoex/dodo-contract-request@1.8.0 contract-config/avalanche.json",
		},
		// Ethereum
		{
			chainId: 1,
			factory: "0x6fdDB76c93299D985f4d3FC7ac468F9A168577A4",
			source: "@dodoex/dodo-contract-request@1.8.0 contract-config/eth.json",
		},
		// OP Mainnet
		{
			chainId: 10,
			factory: "0x1f83858cD6d0ae7a08aB1FD977C06DABEcE6d711",
			source: "@dodoex/dodo-contract-request@1.8.0 contract-config/optimism.json",
		},
		// BNB Chain
		{
			chainId: 56,
			factory: "0x0fb9815938Ad069Bf90E14FE6C596c514BEDe767",
			source: "@dodoex/dodo-contract-request@1.8.0 contract-config/bsc.json",
		},
		// Polygon
		{
			chainId: 137,
			factory: "0x43C49f8DD240e1545F147211Ec9f917376Ac1e87",
			source: "@dodoex/dodo-contract-request@1.8.0 contract-config/polygon.json",
		},
		// Base
		{
			chainId: 8453,
			factory: "0x200D866Edf41070DE251Ef92715a6Ea825A5Eb80",
			source: "@dodoex/dodo-contract-request@1.8.0 contract-config/base.json",
		},
		// Arbitrum One
		{
			chainId: 42161,
			factory: "0xC8fE2440744dcd733246a4dB14093664DEFD5A53",
			source: "@dodoex/dodo-contract-request@1.8.0 contract-config/arbitrum.json",
		},
		// Avalanche
		{
			chainId: 43114,
			factory: "0x2b0d94Eb7A63B8a2909dE1CB3951ecF7Ae76D2fE",
			source: "@dodoex/dodo-contract-request@1.8.0 contract-config/avalanche.json",
		},
		// Ethereum
		{
			chainId: 1,
			factory: "0x5336edE8F971339F6c0e304c66ba16F1296A2Fbe",
			source: "@dodoex/dodo-contract-request@1.8.0 contract-config/eth.json",
		},
		// OP Mainnet
		{
			chainId: 10,
			factory: "0xDb9C53F2cED34875685B607c97A61a65DA2F30a8",
			source: "@dodoex/dodo-contract-request@1.8.0 contract-config/optimism.json",
		},
		// BNB Chain
		{
			chainId: 56,
			factory: "0xd9CAc3D964327e47399aebd8e1e6dCC4c251DaAE",
			source: "@dodoex/dodo-contract-request@1.8.0 contract-config/bsc.json",
		},
		// Polygon
		{
			chainId: 137,
			factory: "0xd24153244066F0afA9415563bFC7Ba248bfB7a51",
			source: "@dodoex/dodo-contract-request@1.8.0 contract-config/polygon.json",
		},
		// Base
		{
			chainId: 8453,
			factory: "0xc0F9553Df63De5a97Fe64422c8578D0657C360f7",
			source: "@dodoex/dodo-contract-request@1.8.0 contract-config/base.json",
		},
		// Arbitrum One
		{
			chainId: 42161,
			factory: "0xa6Cf3d163358aF376ec5e8B7Cc5e102a05FdE63D",
			source: "@dodoex/dodo-contract-request@1.8.0 contract-config/arbitrum.json",
		},
		// Avalanche
		{
			chainId: 43114,
			factory: "0xb7865a5ceE051d35B09A48b624D7057d3362655a",
			source: "@dodoex/dodo-contract-request@1.8.0 contract-config/avalanche.json",
		},
	],
};
