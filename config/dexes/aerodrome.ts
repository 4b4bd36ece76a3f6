import type { Dex } from "./deployment.ts";

export const aerodromeV2: Dex = {
	dex: "aerodrome-v2",
	family: "aerodrome-v2",
	fee: { kind: "by-pool" },
	deployments: [
		// Base
		{
			chainId: 8453,
			factory: "0x420DD381b31aEf6683db6B902084cB0FFECe40Da",
			derivation: { by: "clone", salt: "packed-tokens-stable", implementation: "0xA4e46b4f701c62e14DF11B48dCe76A7d793CD6d7" },
			knownPool: {
				address: "0x2722C8f9B5E2aC72D1f225f8e8c990E449ba0078",
				tokens: ["0x236aa50979D5f3De3Bd1Eeb40E81137F22ab794b", "0x4200000000000000000000000000000000000006"],
				stable: false,
			},
			source: "@paraswap/dex-lib@5.0.6 build/dex/solidly/config.js",
			alsoIn: "DefiLlama/DefiLlama-Adapters@1eb4e81 registries/uniswapV2.js",
		},
	],
};

/** Three factories one after another; pools of all three trade. */
export const aerodromeSlipstream: Dex = {
	dex: "aerodrome-slipstream",
	family: "slipstream-cl",
	fee: { kind: "dynamic" },
	deployments: [
		// Base
		{
			chainId: 8453,
			factory: "0x5e7BB104d84c7CB9B682AaC2F3d509f5F406809A",
			router: "0x1b2b6cE813b99b840Fe632c63bcA5394938Ef01e",
			quoter: "0x254cF9E1E6e233aa1AC962CB9B05b2cfeAaE15b0",
			derivation: { by: "clone", salt: "tokens-tick-spacing", implementation: "0xeC8E5342B19977B4eF8892e02D8DAEcfa1315831" },
			knownPool: {
				address: "0x47cA96Ea59C13F72745928887f84C9F52C3D7348",
				tokens: ["0x2Ae3F1Ec7F1F5012CFEab0185bfc7aa3cf0DEc22", "0x4200000000000000000000000000000000000006"],
				tickSpacing: 1,
			},
			source: "@paraswap/dex-lib@5.0.6 build/dex/uniswap-v3/config.js",
		},
		// Base
		{
			chainId: 8453,
			factory: "0xaDe65c38CD4849aDBA595a4323a8C7DdfE89716a",
			router: "0xcbBb8035cAc7D4B3Ca7aBb74cF7BdF900215Ce0D",
			quoter: "0xfa2CB6D6cea79D6Efa102e527B3D67b2e61E3659",
			derivation: { by: "clone", salt: "tokens-tick-spacing", implementation: "0x942e97a4c6FdC38B4CD1c0298D37d81fDD8E5A16" },
			knownPool: {
				address: "0xc758d81B9b81A6FCDAd075bD471874A2c46B54e0",
				tokens: ["0x4200000000000000000000000000000000000006", "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"],
				tickSpacing: 50,
			},
			source: "@paraswap/dex-lib@5.0.6 build/dex/uniswap-v3/config.js",
		},
		// Base
		{
			chainId: 8453,
			factory: "0xf8f2eB4940CFE7d13603DDDD87f123820Fc061Ef",
			router: "0x33a47A122De0B5c429Ba79E6d17965B0e841c60e",
			quoter: "0x86D33DCbEC9c75897c6Ce521f33CF84009c4272e",
			derivation: { by: "clone", salt: "tokens-tick-spacing", implementation: "0xc770898522D2A9c8Da7A10D63989b6b58305B665" },
			knownPool: {
				address: "0x3FE04A59Ebd38cF06080a6F60a98D124eb59392A",
				tokens: ["0x4200000000000000000000000000000000000006", "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"],
				tickSpacing: 50,
			},
			source: "@paraswap/dex-lib@5.0.6 build/dex/uniswap-v3/config.js",
		},
	],
};
