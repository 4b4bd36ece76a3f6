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

/// @title A pool of Algebra V1.9, whose code is not published, as far as reading it goes: fees by direction, a spacing that can be set, storage as V1's
contract DirectionalPool {
    uint256 private totalFeeGrowth0Token;
    uint256 private totalFeeGrowth1Token;
    // From the lowest bit: price (160), tick (24), feeZto (16), feeOtz (16), timepointIndex (16), community fees, unlocked.
    uint256 private state = (1 << 96) | (uint256(uint24(7)) << 160) | (111 << 184) | (222 << 200) | (33 << 216);
    uint128 public liquidity = 5_000_000;
    uint128 private volumePerLiquidityInBlock = 44;
    int24 public tickSpacing = 60;
    DirectionalStorage public immutable dataStorageOperator = new DirectionalStorage();

    function globalState() external view returns (uint160, int24, uint16, uint16, uint16, uint8, uint8, bool) {
        return (uint160(state), int24(uint24(state >> 160)), uint16(state >> 184), uint16(state >> 200), uint16(state >> 216), 0, 0, true);
    }

    function setTickSpacing(int24 tickSpacing_) external {
        tickSpacing = tickSpacing_;
    }

    function tickTable(int16 word) external pure returns (uint256) {
        return word == 0 ? (1 << 11) | 1 << 71 : 0;
    }

    function ticks(int24 tick) external pure returns (uint128, int128) {
        return (5_000_000, tick == 11 ? int128(5_000_000) : -5_000_000);
    }
}

/// @title What sets the fees of a {DirectionalPool}: here they tell what it was asked for
contract DirectionalStorage {
    address private immutable pool = msg.sender;
    uint16 private index;
    uint32 private time;
    uint128 private volume;

    function write(uint16 index_, uint32 time_, int24 tick, uint128 liquidity, uint128 volume_) external returns (uint16) {
        require(msg.sender == pool && tick == 7 && liquidity == 5_000_000);
        (index, time, volume) = (index_ + 1, time_, volume_);
        return index_ + 1;
    }

    function getFees(uint32 time_, int24 tick, uint16 index_, uint128 liquidity) external view returns (uint16, uint16) {
        require(msg.sender == pool && tick == 7 && liquidity == 5_000_000 && time_ == time && index_ == index);
        return (uint16(volume) * 100 + index, uint16(time_ % 10_000));
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
