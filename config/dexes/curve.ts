import type { Dex } from "./deployment.ts";

/**
 * Curve's first pools were deployed one by one: the address provider leads to the registry that lists them. Lending pools and metapools among them are
 * of other families; each pool's own code tells.
 */
export const curveClassic: Dex = {
	dex: "curve",
	family: "curve-3pool",
	fee: { kind: "by-pool" },
	deployments: [
		// Ethereum
		{
			chainId: 1,
			factory: "0x0000000022D53366457F9d5E68Ec105046FC4383",
			source: "@curvefi/api@2.70.1 lib/constants/network_constants.js",
		},
		// OP Mainnet
		{
			chainId: 10,
			factory: "0x0000000022D53366457F9d5E68Ec105046FC4383",
			source: "@curvefi/api@2.70.1 lib/constants/network_constants.js",
		},
		// Gnosis
		{
			chainId: 100,
			factory: "0x0000000022D53366457F9d5E68Ec105046FC4383",
			source: "@curvefi/api@2.70.1 lib/constants/network_constants.js",
		},
		// Polygon
		{
			chainId: 137,
			factory: "0x0000000022D53366457F9d5E68Ec105046FC4383",
			source: "@curvefi/api@2.70.1 lib/constants/network_constants.js",
		},
		// Base
		{
			chainId: 8453,
			factory: "0x0000000022D53366457F9d5E68Ec105046FC4383",
			source: "@curvefi/api@2.70.1 lib/constants/network_constants.js",
		},
		// Arbitrum One
		{
			chainId: 42161,
			factory: "0x0000000022D53366457F9d5E68Ec105046FC4383",
			source: "@curvefi/api@2.70.1 lib/constants/network_constants.js",
		},
		// Avalanche
		{
			chainId: 43114,
			factory: "0x0000000022D53366457F9d5E68Ec105046FC4383",
			source: "@curvefi/api@2.70.1 lib/constants/network_constants.js",
		},
	],
};

export const curveStableNg: Dex = {
	dex: "curve",
	family: "stableswap-ng",
	fee: { kind: "by-pool" },
	deployments: [
		// Ethereum
		{
			chainId: 1,
			factory: "0x6A8cbed756804B16E05E741eDaBd5cB544AE21bf",
			source: "@curvefi/api@2.70.1 lib/constants/network_constants.js",
		},
		// OP Mainnet
		{
			chainId: 10,
			factory: "0x5eeE3091f747E60a045a2E715a4c71e600e31F6E",
			source: "@curvefi/api@2.70.1 lib/constants/network_constants.js",
		},
		// BNB Chain
		{
			chainId: 56,
			factory: "0xd7E72f3615aa65b92A4DBdC211E296a35512988B",
			source: "@curvefi/api@2.70.1 lib/constants/network_constants.js",
		},
		// Gnosis
		{
			chainId: 100,
			factory: "0xbC0797015fcFc47d9C1856639CaE50D0e69FbEE8",
			source: "@curvefi/api@2.70.1 lib/constants/network_constants.js",
		},
		// Polygon
		{
			chainId: 137,
			factory: "0x1764ee18e8B3ccA4787249Ceb249356192594585",
			source: "@curvefi/api@2.70.1 lib/constants/network_constants.js",
		},
		// Base
		{
			chainId: 8453,
			factory: "0xd2002373543Ce3527023C75e7518C274A51ce712",
			source: "@curvefi/api@2.70.1 lib/constants/network_constants.js",
		},
		// Arbitrum One
		{
			chainId: 42161,
			factory: "0x9AF14D26075f142eb3F292D5065EB3faa646167b",
			source: "@curvefi/api@2.70.1 lib/constants/network_constants.js",
		},
		// Avalanche
		{
			chainId: 43114,
			factory: "0x1764ee18e8B3ccA4787249Ceb249356192594585",
			source: "@curvefi/api@2.70.1 lib/constants/network_constants.js",
		},
	],
};

export const curveCryptoV1: Dex = {
	dex: "curve",
	family: "curve-crypto-v1",
	fee: { kind: "dynamic" },
	deployments: [
		// Ethereum
		{
			chainId: 1,
			factory: "0xF18056Bbd320E96A48e3Fbf8bC061322531aac99",
			source: "@curvefi/api@2.70.1 lib/constants/network_constants.js",
		},
		// BNB Chain
		{
			chainId: 56,
			factory: "0xBd5fBd2FA58cB15228a9Abdac9ec994f79E3483C",
			source: "@curvefi/api@2.70.1 lib/constants/network_constants.js",
		},
		// Polygon
		{
			chainId: 137,
			factory: "0xE5De15A9C9bBedb4F5EC13B131E61245f2983A69",
			source: "@curvefi/api@2.70.1 lib/constants/network_constants.js",
		},
		// Base
		{
			chainId: 8453,
			factory: "0x5EF72230578b3e399E6C6F4F6360edF95e83BBfd",
			source: "@curvefi/api@2.70.1 lib/constants/network_constants.js",
		},
	],
};

export const curveTricryptoNg: Dex = {
	dex: "curve",
	family: "tricrypto-ng",
	fee: { kind: "dynamic" },
	deployments: [
		// Ethereum
		{
			chainId: 1,
			factory: "0x0c0e5f2fF0ff18a3be9b835635039256dC4B4963",
			source: "@curvefi/api@2.70.1 lib/constants/network_constants.js",
		},
		// OP Mainnet
		{
			chainId: 10,
			factory: "0xc6C09471Ee39C7E30a067952FcC89c8922f9Ab53",
			source: "@curvefi/api@2.70.1 lib/constants/network_constants.js",
		},
		// BNB Chain
		{
			chainId: 56,
			factory: "0x38f8D93406fA2d9924DcFcB67dB5B0521Fb20F7D",
			source: "@curvefi/api@2.70.1 lib/constants/network_constants.js",
		},
		// Gnosis
		{
			chainId: 100,
			factory: "0xb47988aD49DCE8D909c6f9Cf7B26caF04e1445c8",
			source: "@curvefi/api@2.70.1 lib/constants/network_constants.js",
		},
		// Polygon
		{
			chainId: 137,
			factory: "0xC1b393EfEF38140662b91441C6710Aa704973228",
			source: "@curvefi/api@2.70.1 lib/constants/network_constants.js",
		},
		// Base
		{
			chainId: 8453,
			factory: "0xA5961898870943c68037F6848d2D866Ed2016bcB",
			source: "@curvefi/api@2.70.1 lib/constants/network_constants.js",
		},
		// Arbitrum One
		{
			chainId: 42161,
			factory: "0xbC0797015fcFc47d9C1856639CaE50D0e69FbEE8",
			source: "@curvefi/api@2.70.1 lib/constants/network_constants.js",
		},
		// Avalanche
		{
			chainId: 43114,
			factory: "0x3d6cB2F6DcF47CDd9C13E4e3beAe9af041d8796a",
			source: "@curvefi/api@2.70.1 lib/constants/network_constants.js",
		},
	],
};

export const curveTwocryptoNg: Dex = {
	dex: "curve",
	family: "twocrypto-ng",
	fee: { kind: "dynamic" },
	deployments: [
		// Ethereum
		{
			chainId: 1,
			factory: "0x98EE851a00abeE0d95D08cF4CA2BdCE32aeaAF7F",
			source: "@curvefi/api@2.70.1 lib/constants/network_constants.js",
		},
		// OP Mainnet
		{
			chainId: 10,
			factory: "0x98EE851a00abeE0d95D08cF4CA2BdCE32aeaAF7F",
			source: "@curvefi/api@2.70.1 lib/constants/network_constants.js",
		},
		// BNB Chain
		{
			chainId: 56,
			factory: "0x98EE851a00abeE0d95D08cF4CA2BdCE32aeaAF7F",
			source: "@curvefi/api@2.70.1 lib/constants/network_constants.js",
		},
		// Gnosis
		{
			chainId: 100,
			factory: "0x98EE851a00abeE0d95D08cF4CA2BdCE32aeaAF7F",
			source: "@curvefi/api@2.70.1 lib/constants/network_constants.js",
		},
		// Polygon
		{
			chainId: 137,
			factory: "0x98EE851a00abeE0d95D08cF4CA2BdCE32aeaAF7F",
			source: "@curvefi/api@2.70.1 lib/constants/network_constants.js",
		},
		// Base
		{
			chainId: 8453,
			factory: "0xc9Fe0C63Af9A39402e8a5514f9c43Af0322b665F",
			source: "@curvefi/api@2.70.1 lib/constants/network_constants.js",
		},
		// Arbitrum One
		{
			chainId: 42161,
			factory: "0x98EE851a00abeE0d95D08cF4CA2BdCE32aeaAF7F",
			source: "@curvefi/api@2.70.1 lib/constants/network_constants.js",
		},
		// Avalanche
		{
			chainId: 43114,
			factory: "0x98EE851a00abeE0d95D08cF4CA2BdCE32aeaAF7F",
			source: "@curvefi/api@2.70.1 lib/constants/network_constants.js",
		},
	],
};
