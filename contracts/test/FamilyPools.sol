// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IBalancerV2Vault, IBalancerV3Vault} from "../src/interfaces/IBalancer.sol";
import {IConcentratedPoolCaller, ISolidlyPair} from "../src/interfaces/IPools.sol";
import {IUniswapV4Manager, IUniswapV4Unlocker} from "../src/interfaces/IUniswapV4.sol";
import {Habit, TestPair, TestPool, TestToken} from "./Market.sol";

/// @dev Wraps what it is sent, and unwraps with 2,300 gas as WETH9 does.
contract TestWrapped is TestToken {
    constructor() TestToken(Habit.ReturnsTrue) {}

    receive() external payable {
        balanceOf[msg.sender] += msg.value;
    }

    function deposit() external payable {
        balanceOf[msg.sender] += msg.value;
    }

    function withdraw(uint256 amount) external {
        balanceOf[msg.sender] -= amount;
        (bool ok, bytes memory reason) = msg.sender.call{value: amount, gas: 2300}("");
        if (!ok) passOn(reason);
    }
}

/// @dev What a pool does wrong.
enum Misdeed {
    None,
    AsksTwice,
    AsksWithOtherData,
    AsksByAnotherName,
    AsksNever,
    AsksThroughAnother,
    TakesLess,
    PaysNothing
}

/// @dev Any pool here swaps one for `ratePpm` millionths, in both directions.
abstract contract FixedRate {
    uint256 public ratePpm = 1e6;
    Misdeed public misdeed;

    function setRate(uint256 ppm) external {
        ratePpm = ppm;
    }

    function behave(Misdeed how) external {
        misdeed = how;
    }

    function taken(uint256 offered) internal view returns (uint256) {
        return misdeed == Misdeed.TakesLess ? offered - 1 : offered;
    }

    function paid(uint256 amountIn) internal view returns (uint256) {
        return amountIn * ratePpm / 1e6;
    }

    /// @dev How much is really handed out of what is said.
    function handedOut(uint256 said) internal view returns (uint256) {
        return misdeed == Misdeed.PaysNothing ? 0 : said;
    }
}

/// @dev Calls for somebody else.
contract Middleman {
    function forward(address to, bytes calldata data) external returns (bytes memory) {
        (bool ok, bytes memory answer) = to.call(data);
        if (!ok) passOn(answer);
        return answer;
    }
}

/// @dev Reverts with another call's own reason.
function passOn(bytes memory reason) pure {
    assembly ("memory-safe") {
        revert(add(reason, 32), mload(reason))
    }
}

/// @dev Calls an executor back, properly or not.
abstract contract Asking is FixedRate {
    Middleman private immutable middleman = new Middleman();

    function other() external view returns (address) {
        return address(middleman);
    }

    function ask(bytes memory proper, bytes memory otherData, bytes memory otherName) internal {
        if (misdeed == Misdeed.AsksNever) return;
        if (misdeed == Misdeed.AsksThroughAnother) {
            middleman.forward(msg.sender, proper);
            return;
        }
        if (misdeed == Misdeed.AsksWithOtherData) return call(otherData);
        if (misdeed == Misdeed.AsksByAnotherName) return call(otherName);
        call(proper);
        if (misdeed == Misdeed.AsksTwice) call(proper);
    }

    function call(bytes memory data) private {
        (bool ok, bytes memory answer) = msg.sender.call(data);
        if (!ok) passOn(answer);
    }
}

/// @dev A pool of Uniswap V3's kind under any of the callback's names.
contract NamedPool is TestPool, Asking {
    bytes4 private immutable name;

    constructor(TestToken a, TestToken b, bytes4 callback) TestPool(a, b, 1e6) {
        name = callback;
    }

    function ask(int256 delta0, int256 delta1, bytes calldata data) internal override {
        int256 less0 = delta0 > 0 ? int256(taken(uint256(delta0))) : delta0;
        int256 less1 = delta1 > 0 ? int256(taken(uint256(delta1))) : delta1;
        ask(
            abi.encodeWithSelector(name, less0, less1, data),
            abi.encodeWithSelector(name, delta0, delta1, bytes.concat(data, data)),
            abi.encodeCall(IUniswapV4Unlocker.unlockCallback, (data))
        );
    }
}

/// @dev Says in its answer what it has not paid.
contract LyingPool is TestPool {
    constructor(TestToken a, TestToken b) TestPool(a, b, 1e6) {}

    function swap(address, bool zeroForOne, int256 amount, uint160, bytes calldata data) external override returns (int256, int256) {
        (int256 delta0, int256 delta1) = zeroForOne ? (amount, -amount) : (-amount, amount);
        ask(delta0, delta1, data);
        return (delta0, delta1);
    }
}

/// @dev A pair whose quote may be above what its own check of reserves lets out.
contract TestSolidlyPair is TestPair, ISolidlyPair {
    uint256 public overquoted;

    constructor(TestToken a, TestToken b, uint256 fee) TestPair(a, b, fee) {}

    function overquote(uint256 units) external {
        overquoted = units;
    }

    function getAmountOut(uint256 amountIn, address tokenIn) external view returns (uint256) {
        return letOut(amountIn, tokenIn) + overquoted;
    }

    function letOut(uint256 amountIn, address tokenIn) public view returns (uint256) {
        (uint256 reserveIn, uint256 reserveOut) = tokenIn == address(token0) ? (reserve0, reserve1) : (reserve1, reserve0);
        uint256 charged = amountIn * (1e6 - feePips);
        return charged * reserveOut / (reserveIn * 1e6 + charged);
    }

    function swap(uint256 amount0Out, uint256 amount1Out, address to, bytes calldata data) public override(TestPair, ISolidlyPair) {
        super.swap(amount0Out, amount1Out, to, data);
    }
}

/// @dev As much of Uniswap V4's PoolManager as a swap needs, misdeeds included; the published one is tested apart.
contract TestManager is IUniswapV4Manager, Asking {
    int256 private owed;
    address private synced;
    uint256 private reserve;
    PoolKey public lastKey;

    error NotSettled(int256 owed);

    receive() external payable {}

    function unlock(bytes calldata data) external returns (bytes memory) {
        ask(
            abi.encodeCall(IUniswapV4Unlocker.unlockCallback, (data)),
            abi.encodeCall(IUniswapV4Unlocker.unlockCallback, (bytes.concat(data, data))),
            abi.encodeCall(IConcentratedPoolCaller.uniswapV3SwapCallback, (1, -1, data))
        );
        if (owed != 0) revert NotSettled(owed);
        return "";
    }

    function swap(PoolKey calldata key, SwapParams calldata params, bytes calldata) external returns (int256) {
        lastKey = key;
        uint256 amountIn = taken(uint256(-params.amountSpecified));
        owed += int256(amountIn);
        (int256 deltaIn, int256 deltaOut) = (-int256(amountIn), int256(paid(amountIn)));
        (int256 delta0, int256 delta1) = params.zeroForOne ? (deltaIn, deltaOut) : (deltaOut, deltaIn);
        return (delta0 << 128) | int256(uint256(uint128(int128(delta1))));
    }

    function sync(address currency) external {
        synced = currency;
        reserve = currency == address(0) ? 0 : TestToken(currency).balanceOf(address(this));
    }

    function settle() external payable returns (uint256 settled) {
        settled = synced == address(0) ? msg.value : TestToken(synced).balanceOf(address(this)) - reserve;
        owed -= int256(settled);
    }

    function take(address currency, address to, uint256 amount) external {
        if (currency != address(0)) return TestToken(currency).transfer(to, handedOut(amount));
        (bool ok, bytes memory reason) = to.call{value: handedOut(amount)}("");
        if (!ok) passOn(reason);
    }
}

/// @dev As much of a Balancer V2 vault as a swap needs.
contract TestSwapVault is IBalancerV2Vault, FixedRate {
    bytes32 public lastPoolId;

    function swap(SingleSwap calldata single, FundManagement calldata funds, uint256, uint256) external payable returns (uint256 amountOut) {
        lastPoolId = single.poolId;
        uint256 amountIn = taken(single.amount);
        TestToken(single.assetIn).transferFrom(funds.sender, address(this), amountIn);
        amountOut = paid(amountIn);
        TestToken(single.assetOut).transfer(funds.recipient, handedOut(amountOut));
    }
}

/// @dev As much of a Balancer V3 vault as a swap needs.
contract TestVaultV3 is IBalancerV3Vault, Asking {
    mapping(address token => uint256) private reserves;
    int256 private owed;
    address public lastPool;

    error NotSettled(int256 owed);

    function unlock(bytes calldata data) external returns (bytes memory) {
        ask(
            data,
            bytes.concat(data[:data.length - 1], bytes1(uint8(data[data.length - 1]) ^ 1)),
            bytes.concat(IUniswapV4Unlocker.unlockCallback.selector, data[4:])
        );
        if (owed != 0) revert NotSettled(owed);
        return "";
    }

    function swap(SwapParams calldata params) external returns (uint256, uint256, uint256) {
        lastPool = params.pool;
        reserves[params.tokenIn] = TestToken(params.tokenIn).balanceOf(address(this));
        uint256 amountIn = taken(params.amountGivenRaw);
        owed += int256(amountIn);
        return (paid(amountIn), amountIn, paid(amountIn));
    }

    function settle(address token, uint256) external returns (uint256 credit) {
        credit = TestToken(token).balanceOf(address(this)) - reserves[token];
        owed -= int256(credit);
    }

    function sendTo(address token, address to, uint256 amount) external {
        TestToken(token).transfer(to, handedOut(amount));
    }
}

/// @dev A Curve pool of two coins; a coin at address zero is the native coin. Both kinds of index answer, the signed one without a return value.
contract TestCurve is FixedRate {
    address[2] public coins;
    bool public usedSigned;

    constructor(address coin0, address coin1) {
        coins = [coin0, coin1];
    }

    receive() external payable {}

    function exchange(int128 i, int128 j, uint256 dx, uint256) external payable {
        usedSigned = true;
        trade(uint128(i), uint128(j), dx);
    }

    function exchange(uint256 i, uint256 j, uint256 dx, uint256) external payable returns (uint256) {
        return trade(i, j, dx);
    }

    function trade(uint256 i, uint256 j, uint256 dx) private returns (uint256 dy) {
        uint256 amountIn = taken(dx);
        dy = paid(amountIn);
        if (coins[i] == address(0)) require(msg.value == dx, "value");
        else TestToken(coins[i]).transferFrom(msg.sender, address(this), amountIn);
        if (coins[j] != address(0)) {
            TestToken(coins[j]).transfer(msg.sender, handedOut(dy));
            return dy;
        }
        (bool ok, bytes memory reason) = msg.sender.call{value: handedOut(dy)}("");
        if (!ok) passOn(reason);
    }
}
