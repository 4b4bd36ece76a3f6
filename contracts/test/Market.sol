// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {IArbitrageExecutor} from "../src/interfaces/IArbitrageExecutor.sol";
import {IBalancerV2Borrower} from "../src/interfaces/IFlashLoan.sol";
import {IConcentratedPool, IConcentratedPoolCaller, IConstantProductPair} from "../src/interfaces/IPools.sol";

/// @dev What `transfer` does beside moving tokens.
enum Habit {
    ReturnsTrue,
    ReturnsNothing,
    ReturnsFalse,
    TakesFee
}

contract TestToken {
    Habit private immutable habit;
    mapping(address account => uint256) public balanceOf;
    mapping(address account => mapping(address spender => uint256)) public allowance;

    error TooLittle(address account, uint256 balance, uint256 amount);

    constructor(Habit ofTransfers) {
        habit = ofTransfers;
    }

    function mint(address account, uint256 amount) external {
        balanceOf[account] += amount;
    }

    function approve(address spender, uint256 amount) external returns (bool) {
        allowance[msg.sender][spender] = amount;
        return true;
    }

    function transfer(address to, uint256 amount) public virtual {
        if (habit == Habit.ReturnsFalse) answer(0);
        move(msg.sender, to, amount);
        if (habit != Habit.ReturnsNothing) answer(1);
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        uint256 allowed = allowance[from][msg.sender];
        if (allowed < amount) revert TooLittle(msg.sender, allowed, amount);
        allowance[from][msg.sender] = allowed - amount;
        move(from, to, amount);
        return true;
    }

    /// @dev A token that takes a fee takes a hundredth.
    function move(address from, address to, uint256 amount) internal {
        uint256 balance = balanceOf[from];
        if (balance < amount) revert TooLittle(from, balance, amount);
        balanceOf[from] = balance - amount;
        balanceOf[to] += habit == Habit.TakesFee ? amount - amount / 100 : amount;
    }

    function answer(uint256 word) private pure {
        assembly ("memory-safe") {
            mstore(0, word)
            return(0, 32)
        }
    }
}

/// @dev Executes a plan of its own when it is moved: the reentrant operator.
contract ReentrantToken is TestToken {
    IArbitrageExecutor public executor;
    bytes private plan;

    constructor() TestToken(Habit.ReturnsNothing) {}

    function arm(IArbitrageExecutor target, IArbitrageExecutor.ExecutionPlan calldata planned) external {
        executor = target;
        plan = abi.encode(planned);
    }

    function transfer(address to, uint256 amount) public override {
        if (address(executor) != address(0)) executor.execute(abi.decode(plan, (IArbitrageExecutor.ExecutionPlan)));
        super.transfer(to, amount);
    }
}

/// @dev A constant-product pair that lets out whatever its check of reserves after the fee allows, to the unit.
contract TestPair is IConstantProductPair {
    TestToken internal immutable token0;
    TestToken internal immutable token1;
    uint256 internal immutable feePips;
    uint256 internal reserve0;
    uint256 internal reserve1;

    error K();

    constructor(TestToken a, TestToken b, uint256 fee) {
        (token0, token1) = address(a) < address(b) ? (a, b) : (b, a);
        feePips = fee;
    }

    function sync() public {
        reserve0 = token0.balanceOf(address(this));
        reserve1 = token1.balanceOf(address(this));
    }

    function getReserves() external view returns (uint112, uint112, uint32) {
        return (uint112(reserve0), uint112(reserve1), 0);
    }

    function swap(uint256 amount0Out, uint256 amount1Out, address to, bytes calldata) public virtual {
        if (amount0Out > 0) token0.transfer(to, amount0Out);
        if (amount1Out > 0) token1.transfer(to, amount1Out);
        uint256 balance0 = token0.balanceOf(address(this));
        uint256 balance1 = token1.balanceOf(address(this));
        uint256 in0 = balance0 + amount0Out - reserve0;
        uint256 in1 = balance1 + amount1Out - reserve1;
        if ((balance0 * 1e6 - in0 * feePips) * (balance1 * 1e6 - in1 * feePips) < reserve0 * reserve1 * 1e12) revert K();
        sync();
    }
}

/// @dev A pool that pays at a fixed rate and asks for its input in the callback, up to `capacity`.
contract TestPool is IConcentratedPool {
    TestToken internal immutable token0;
    TestToken internal immutable token1;
    uint256 private immutable rate0Ppm;
    uint256 public capacity = type(uint256).max;

    error IIA();

    /// @param rate What one million units of token `a` are worth in `b`.
    constructor(TestToken a, TestToken b, uint256 rate) {
        (token0, token1) = address(a) < address(b) ? (a, b) : (b, a);
        rate0Ppm = address(a) < address(b) ? rate : 1e12 / rate;
    }

    function limit(uint256 amount) external {
        capacity = amount;
    }

    function swap(address recipient, bool zeroForOne, int256 amountSpecified, uint160, bytes calldata data)
        external
        virtual
        returns (int256, int256)
    {
        uint256 amountIn = uint256(amountSpecified);
        if (amountIn > capacity) amountIn = capacity;
        uint256 amountOut = zeroForOne ? amountIn * rate0Ppm / 1e6 : amountIn * 1e6 / rate0Ppm;
        (TestToken tokenIn, TestToken tokenOut) = zeroForOne ? (token0, token1) : (token1, token0);
        if (amountOut > 0) tokenOut.transfer(recipient, amountOut);
        uint256 before = tokenIn.balanceOf(address(this));
        (int256 delta0, int256 delta1) =
            zeroForOne ? (int256(amountIn), -int256(amountOut)) : (-int256(amountOut), int256(amountIn));
        ask(delta0, delta1, data);
        if (tokenIn.balanceOf(address(this)) < before + amountIn) revert IIA();
        return (delta0, delta1);
    }

    function ask(int256 delta0, int256 delta1, bytes calldata data) internal virtual {
        IConcentratedPoolCaller(msg.sender).uniswapV3SwapCallback(delta0, delta1, data);
    }
}

/// @dev Asks for its input twice.
contract GreedyPool is TestPool {
    constructor(TestToken a, TestToken b, uint256 rate) TestPool(a, b, rate) {}

    function ask(int256 delta0, int256 delta1, bytes calldata data) internal override {
        IConcentratedPoolCaller(msg.sender).uniswapV3SwapCallback(delta0, delta1, data);
        IConcentratedPoolCaller(msg.sender).uniswapV3SwapCallback(delta0, delta1, data);
    }
}

/// @dev Lets another contract ask in its place.
contract ProxyingPool is TestPool {
    Asker private immutable asker = new Asker();

    constructor(TestToken a, TestToken b, uint256 rate) TestPool(a, b, rate) {}

    function other() external view returns (address) {
        return address(asker);
    }

    function ask(int256 delta0, int256 delta1, bytes calldata) internal override {
        asker.ask(IConcentratedPoolCaller(msg.sender), delta0, delta1);
    }
}

contract Asker {
    function ask(IConcentratedPoolCaller caller, int256 delta0, int256 delta1) external {
        caller.uniswapV3SwapCallback(delta0, delta1, "");
    }
}

/// @dev Claims to have paid, and neither pays nor asks.
contract SilentPool is IConcentratedPool {
    function swap(address, bool zeroForOne, int256 amount, uint160, bytes calldata) external pure returns (int256, int256) {
        return zeroForOne ? (amount, -amount) : (-amount, amount);
    }
}

/// @dev How a lender may misbehave.
enum Lending {
    Honest,
    NoLoan,
    OtherAmount,
    Twice
}

contract TestVault {
    uint256 public feePpm;
    Lending public lending;

    error NotRepaid(uint256 balance, uint256 expected);

    function setFee(uint256 ppm) external {
        feePpm = ppm;
    }

    function behave(Lending how) external {
        lending = how;
    }

    function flashLoan(address recipient, address[] calldata tokens, uint256[] calldata amounts, bytes calldata userData) external {
        if (lending == Lending.NoLoan) return;
        uint256[] memory handedOut = amounts;
        uint256[] memory fees = new uint256[](tokens.length);
        uint256[] memory before = new uint256[](tokens.length);
        for (uint256 i = 0; i < tokens.length; ++i) {
            if (lending == Lending.OtherAmount) handedOut[i] -= 1;
            fees[i] = handedOut[i] * feePpm / 1e6;
            before[i] = TestToken(tokens[i]).balanceOf(address(this));
            TestToken(tokens[i]).transfer(recipient, handedOut[i]);
        }
        IBalancerV2Borrower(recipient).receiveFlashLoan(tokens, handedOut, fees, userData);
        if (lending == Lending.Twice) IBalancerV2Borrower(recipient).receiveFlashLoan(tokens, handedOut, fees, userData);
        for (uint256 i = 0; i < tokens.length; ++i) {
            uint256 balance = TestToken(tokens[i]).balanceOf(address(this));
            if (balance < before[i] + fees[i]) revert NotRepaid(balance, before[i] + fees[i]);
        }
    }
}
