// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @title A plugin of Algebra Integral that names the fees of each swap, by direction and time
contract TimedPlugin {
    uint24 private base = 700;
    bool private followsAmount;

    function set(uint24 base_, bool followsAmount_) external {
        (base, followsAmount) = (base_, followsAmount_);
    }

    function beforeSwap(address, address, bool zeroToOne, int256 amount, uint160, bool, bytes calldata)
        external
        view
        returns (bytes4, uint24 feeOverride, uint24 pluginFee)
    {
        feeOverride = base + uint24(block.timestamp % 89) * 3 + (zeroToOne ? 0 : 150);
        if (followsAmount && amount > 1e6) ++feeOverride;
        return (this.beforeSwap.selector, feeOverride, 45);
    }

    function handlePluginFee(uint256, uint256) external pure returns (bytes4) {
        return this.handlePluginFee.selector;
    }
}

struct PoolKey {
    address currency0;
    address currency1;
    uint24 fee;
    int24 tickSpacing;
    address hooks;
}

interface IPoolManager {
    function updateDynamicLPFee(PoolKey calldata key, uint24 fee) external;
}

/// @title A hook of Uniswap V4 that agrees to everything and sets the fee when it is told to
contract FeeHook {
    function setFee(IPoolManager manager, PoolKey calldata key, uint24 fee) external {
        manager.updateDynamicLPFee(key, fee);
    }

    fallback() external {
        assembly ("memory-safe") {
            mstore(0, shl(224, shr(224, calldataload(0))))
            return(0, 32)
        }
    }
}

/// @title Slipstream's factory as far as pools and searchers see it, with a fee that follows the time and can be shifted without a log
/// @dev Pools swap by Uniswap V3's published code, one copy for each fee that there may be: they are its only part that knows the fee.
contract SlipstreamFactory {
    event PoolCreated(address indexed token0, address indexed token1, int24 indexed tickSpacing, address pool);

    struct Parameters {
        address factory;
        address token0;
        address token1;
        uint24 fee;
        int24 tickSpacing;
    }

    uint256 private constant SECONDS_A_FEE = 3;
    /// What the code asks whoever creates it for.
    Parameters public parameters;
    address[] private copies;
    uint24[] private fees;
    uint256 private shift;

    /// @notice Creates a copy of the code for a fee.
    function addFee(bytes memory code, Parameters calldata of_) external returns (address copy) {
        parameters = of_;
        assembly ("memory-safe") {
            copy := create(0, add(code, 32), mload(code))
        }
        require(copy != address(0), "not created");
        copies.push(copy);
        fees.push(of_.fee);
    }

    function createPool(address token0, address token1, int24 tickSpacing) external returns (address pool) {
        pool = address(new SlipstreamPool());
        emit PoolCreated(token0, token1, tickSpacing, pool);
    }

    function setShift(uint256 shift_) external {
        shift = shift_;
    }

    function getSwapFee(address) external view returns (uint24) {
        return fees[now_()];
    }

    function copyNow() external view returns (address) {
        return copies[now_()];
    }

    function now_() private view returns (uint256) {
        return (block.timestamp / SECONDS_A_FEE + shift) % fees.length;
    }
}

/// @title A pool with Slipstream's getters and events around Uniswap V3's code
contract SlipstreamPool {
    SlipstreamFactory private immutable creator = SlipstreamFactory(msg.sender);

    function fee() external view returns (uint24) {
        return creator.getSwapFee(address(this));
    }

    fallback() external {
        (bool isDone, bytes memory answer) = creator.copyNow().delegatecall(msg.data);
        // slot0: no feeProtocol. ticks: stakedLiquidityNet behind liquidityNet, rewardGrowthOutsideX128 behind the fees' growth.
        if (isDone && msg.sig == 0x3850c7bd) answer = bytes.concat(part(answer, 0, 5), part(answer, 6, 7));
        if (isDone && msg.sig == 0xf30dba93) {
            answer = bytes.concat(part(answer, 0, 2), bytes32(0), part(answer, 2, 4), bytes32(0), part(answer, 4, 8));
        }
        assembly ("memory-safe") {
            switch isDone
            case 0 { revert(add(answer, 32), mload(answer)) }
            default { return(add(answer, 32), mload(answer)) }
        }
    }

    /// @dev Words from `first` up to `end`.
    function part(bytes memory answer, uint256 first, uint256 end) private pure returns (bytes memory words) {
        words = new bytes((end - first) * 32);
        for (uint256 i = 0; i < words.length; ++i) words[i] = answer[first * 32 + i];
    }
}
