import { aerodromeSlipstream, aerodromeV2 } from "./aerodrome.ts";
import { alienbaseV2, alienbaseV3 } from "./alienbase.ts";
import { ambient } from "./ambient.ts";
import { apeswap } from "./apeswap.ts";
import { arenaDex } from "./arena-dex.ts";
import { balancerV2Stable, balancerV2Weighted, balancerV3Stable, balancerV3Weighted } from "./balancer.ts";
import { beetsStable, beetsWeighted } from "./beets.ts";
import { biswap } from "./biswap.ts";
import { blackholeCl, blackholeV2 } from "./blackhole.ts";
import { camelotV2, camelotV3 } from "./camelot.ts";
import { curveClassic, curveCryptoV1, curveStableNg, curveTricryptoNg, curveTwocryptoNg } from "./curve.ts";
import { defiswap } from "./defiswap.ts";
import { type Deployment, type Dex, deploymentsOf } from "./deployment.ts";
import { dodoV2 } from "./dodo.ts";
import { equalizer } from "./equalizer.ts";
import { honeyswap } from "./honeyswap.ts";
import { pancakeswapInfinity } from "./pancakeswap-infinity.ts";
import { pancakeswapV1 } from "./pancakeswap-v1.ts";
import { pancakeswapV2 } from "./pancakeswap-v2.ts";
import { pancakeswapV3 } from "./pancakeswap-v3.ts";
import { pangolinV2, pangolinV3 } from "./pangolin.ts";
import { pharaohV1, pharaohV3 } from "./pharaoh.ts";
import { quickswapV2, quickswapV3, quickswapV4 } from "./quickswap.ts";
import { ramsesV1, ramsesV2 } from "./ramses.ts";
import { shibaswap } from "./shibaswap.ts";
import { solidlyV3 } from "./solidly-v3.ts";
import { sushiswapV2 } from "./sushiswap-v2.ts";
import { sushiswapV3 } from "./sushiswap-v3.ts";
import { swapbasedV3 } from "./swapbased-v3.ts";
import { swaprV3 } from "./swapr.ts";
import { thenaFusion, thenaV1 } from "./thena.ts";
import { traderJoeLbV20, traderJoeLbV21, traderJoeLbV22, traderJoeV1 } from "./trader-joe.ts";
import { uniswapV2 } from "./uniswap-v2.ts";
import { uniswapV3 } from "./uniswap-v3.ts";
import { uniswapV4 } from "./uniswap-v4.ts";
import { velodromeSlipstream, velodromeV1, velodromeV2 } from "./velodrome.ts";
import { verse } from "./verse.ts";
import { waultswap } from "./waultswap.ts";
import { wombat } from "./wombat.ts";
import { woofi } from "./woofi.ts";

const DEXES: readonly Dex[] = [
	aerodromeSlipstream,
	aerodromeV2,
	alienbaseV2,
	alienbaseV3,
	ambient,
	apeswap,
	arenaDex,
	balancerV2Stable,
	balancerV2Weighted,
	balancerV3Stable,
	balancerV3Weighted,
	beetsStable,
	beetsWeighted,
	biswap,
	blackholeCl,
	blackholeV2,
	camelotV2,
	camelotV3,
	curveClassic,
	curveCryptoV1,
	curveStableNg,
	curveTricryptoNg,
	curveTwocryptoNg,
	defiswap,
	dodoV2,
	equalizer,
	honeyswap,
	pancakeswapInfinity,
	pancakeswapV1,
	pancakeswapV2,
	pancakeswapV3,
	pangolinV2,
	pangolinV3,
	pharaohV1,
	pharaohV3,
	quickswapV2,
	quickswapV3,
	quickswapV4,
	ramsesV1,
	ramsesV2,
	shibaswap,
	solidlyV3,
	sushiswapV2,
	sushiswapV3,
	swapbasedV3,
	swaprV3,
	thenaFusion,
	thenaV1,
	traderJoeLbV20,
	traderJoeLbV21,
	traderJoeLbV22,
	traderJoeV1,
	uniswapV2,
	uniswapV3,
	uniswapV4,
	velodromeSlipstream,
	velodromeV1,
	velodromeV2,
	verse,
	waultswap,
	wombat,
	woofi,
];

/** Every row of the registry, checked: by dex in the order of their files, then as the file has them. */
export const DEPLOYMENTS: readonly Deployment[] = DEXES.flatMap(deploymentsOf);
