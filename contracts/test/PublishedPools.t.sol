// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {ArbitrageExecutor} from "../src/ArbitrageExecutor.sol";
import {IArbitrageExecutor} from "../src/interfaces/IArbitrageExecutor.sol";
import {Checks} from "./Checks.sol";
import {Habit, TestToken} from "./Market.sol";

interface PairFactory {
    function createPair(address a, address b) external returns (address pair);
}

interface Pair {
    function mint(address to) external returns (uint256 liquidity);
    function sync() external;
}

interface PoolFactory {
    function createPool(address a, address b, uint24 fee) external returns (address pool);
}

interface Pool {
    function initialize(uint160 sqrtPriceX96) external;
    function mint(address recipient, int24 tickLower, int24 tickUpper, uint128 liquidity, bytes calldata data)
        external
        returns (uint256 amount0, uint256 amount1);
}

/// @dev The executor against the bytecode that Uniswap and Balancer have published.
contract PublishedPoolsTest is Checks {
    address private constant TREASURY = address(0x7EA5);
    uint160 private constant PRICE_ONE = 2 ** 96;
    uint24 private constant V2_FEE = 3000;

    TestToken private base;
    TestToken private other;
    address private vault;
    address private pair;
    address private deepPool;
    address private shallowPool;
    ArbitrageExecutor private executor;

    function setUp() public {
        base = new TestToken(Habit.ReturnsTrue);
        other = new TestToken(Habit.ReturnsTrue);
        vault = deploy(
            "@balancer-labs/v2-deployments/dist/tasks/20210418-vault/bytecode/Vault.json",
            ".creationCode",
            abi.encode(address(this), address(base), 0, 0)
        );
        base.mint(vault, 1e30);

        PairFactory pairs =
            PairFactory(deploy("@uniswap/v2-core/build/UniswapV2Factory.json", ".bytecode", abi.encode(address(this))));
        pair = pairs.createPair(address(base), address(other));
        base.mint(pair, 1000e18);
        other.mint(pair, 1200e18);
        Pair(pair).mint(address(this));

        PoolFactory pools = PoolFactory(
            deploy("@uniswap/v3-core/artifacts/contracts/UniswapV3Factory.sol/UniswapV3Factory.json", ".bytecode", "")
        );
        deepPool = pools.createPool(address(base), address(other), 500);
        Pool(deepPool).initialize(PRICE_ONE);
        // Overlapping positions, so that larger sizes cross ticks.
        Pool(deepPool).mint(address(this), -887_270, 887_270, 1000e18, "");
        Pool(deepPool).mint(address(this), -600, 600, 20_000e18, "");
        Pool(deepPool).mint(address(this), -3000, 1200, 5000e18, "");
        shallowPool = pools.createPool(address(base), address(other), 3000);
        Pool(shallowPool).initialize(PRICE_ONE);
        Pool(shallowPool).mint(address(this), -120, 120, 10_000e18, "");

        executor = new ArbitrageExecutor(address(this), vault, TREASURY);
        executor.setOperator(address(this), true);
    }

    function test_a_gap_between_a_pair_and_a_pool_pays(uint256 amountIn) public {
        amountIn = bound(amountIn, 1e15, 50e18);
        uint256 profit = executor.execute(planOf(hopOf(0, pair, base, other), hopOf(1, deepPool, other, base), amountIn));
        check(profit > 0, "profit");
        checkEqual(base.balanceOf(TREASURY), profit, "treasury");
        checkNothingStays();
    }

    function test_any_size_pays_exactly_or_reverts_whole(uint256 amountIn) public {
        amountIn = bound(amountIn, 1, 1e28);
        uint256 lent = base.balanceOf(vault);
        try executor.execute(planOf(hopOf(0, pair, base, other), hopOf(1, deepPool, other, base), amountIn)) returns (uint256 profit) {
            checkEqual(base.balanceOf(TREASURY), profit, "treasury");
        } catch (bytes memory reason) {
            refusedByMarket(bytes4(reason));
        }
        checkEqual(base.balanceOf(vault), lent, "vault");
        checkNothingStays();
    }

    function test_the_gap_is_taken_the_other_way_round_too(uint256 amountIn) public {
        amountIn = bound(amountIn, 1e15, 50e18);
        base.mint(pair, 600e18);
        Pair(pair).sync();
        uint256 profit = executor.execute(planOf(hopOf(1, deepPool, base, other), hopOf(0, pair, other, base), amountIn));
        checkEqual(base.balanceOf(TREASURY), profit, "treasury");
        checkNothingStays();
    }

    function test_a_pool_whose_liquidity_ends_first_reverts(uint256 amountIn) public {
        amountIn = bound(amountIn, 500e18, 900e18);
        vm.expectPartialRevert(IArbitrageExecutor.PartialSwap.selector);
        executor.execute(planOf(hopOf(1, shallowPool, base, other), hopOf(0, pair, other, base), amountIn));
    }

    function test_one_pip_too_low_a_fee_is_refused_by_the_pair() public {
        IArbitrageExecutor.ExecutionPlan memory plan =
            planOf(hopOf(0, pair, base, other), hopOf(1, deepPool, other, base), 10e18);
        plan.hops[0].data = bytes32(uint256(V2_FEE - 1));
        vm.expectRevert(abi.encodeWithSignature("Error(string)", "UniswapV2: K"));
        executor.execute(plan);
    }

    function test_strangers_cannot_borrow_in_our_name() public {
        address[] memory tokens = new address[](1);
        uint256[] memory amounts = new uint256[](1);
        (tokens[0], amounts[0]) = (address(base), 1e18);
        (bool ok, bytes memory reason) = vault.call(
            abi.encodeWithSignature("flashLoan(address,address[],uint256[],bytes)", address(executor), tokens, amounts, bytes(""))
        );
        check(!ok, "refused");
        check(
            keccak256(reason) == keccak256(abi.encodeWithSelector(IArbitrageExecutor.UnexpectedCallback.selector, vault)), "by us"
        );
    }

    function uniswapV3MintCallback(uint256 amount0, uint256 amount1, bytes calldata) external {
        (TestToken token0, TestToken token1) = address(base) < address(other) ? (base, other) : (other, base);
        token0.mint(msg.sender, amount0);
        token1.mint(msg.sender, amount1);
    }

    function refusedByMarket(bytes4 selector) private pure {
        check(
            selector == IArbitrageExecutor.ProfitBelowMinimum.selector || selector == IArbitrageExecutor.NoOutput.selector
                || selector == IArbitrageExecutor.PartialSwap.selector,
            "no other reason to revert"
        );
    }

    function deploy(string memory file, string memory key, bytes memory arguments) private returns (address deployed) {
        bytes memory code = bytes.concat(vm.parseJsonBytes(vm.readFile(string.concat("../node_modules/", file)), key), arguments);
        assembly ("memory-safe") {
            deployed := create(0, add(code, 32), mload(code))
        }
        check(deployed != address(0), file);
    }

    function hopOf(uint8 kind, address market, TestToken tokenIn, TestToken tokenOut)
        private
        pure
        returns (IArbitrageExecutor.Hop memory)
    {
        return IArbitrageExecutor.Hop(kind, market, address(tokenIn), address(tokenOut), 0, 0, bytes32(uint256(V2_FEE)));
    }

    function planOf(IArbitrageExecutor.Hop memory first, IArbitrageExecutor.Hop memory second, uint256 amountIn)
        private
        view
        returns (IArbitrageExecutor.ExecutionPlan memory)
    {
        IArbitrageExecutor.Hop[] memory hops = new IArbitrageExecutor.Hop[](2);
        (hops[0], hops[1]) = (first, second);
        return IArbitrageExecutor.ExecutionPlan(bytes32("plan"), vault, address(base), amountIn, 0, type(uint64).max, hops);
    }

    function checkNothingStays() private view {
        checkEqual(base.balanceOf(address(executor)), 0, "base was left behind");
        checkEqual(other.balanceOf(address(executor)), 0, "other was left behind");
    }
}
