// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

/// @title Creates PancakeSwap V3's pools: the published package has its interface (`IPancakeV3PoolDeployer`) and not its code
/// @notice The pool asks its creator for `parameters` while it is constructed, so that its creation code, and with it its address, depends on the salt alone.
contract PancakePoolDeployer {
    struct Parameters {
        address factory;
        address token0;
        address token1;
        uint24 fee;
        int24 tickSpacing;
    }

    Parameters public parameters;
    address public factory;
    /// The account whose code is the pool's creation code, after one byte that keeps it from running.
    address private immutable _poolCode;

    error NotFactory(address caller);
    error NotCreated(address token0, address token1, uint24 fee);

    constructor(bytes memory poolCode) {
        // Copies what follows its own eleven bytes into memory and returns it.
        bytes memory creation = abi.encodePacked(hex"600b5981380380925939f3", hex"00", poolCode);
        address held;
        assembly ("memory-safe") {
            held := create(0, add(creation, 32), mload(creation))
        }
        if (held == address(0)) revert NotCreated(address(0), address(0), 0);
        _poolCode = held;
    }

    /// @notice Once, after the factory is deployed with this contract's address.
    function setFactoryAddress(address factory_) external {
        if (factory != address(0)) revert NotFactory(msg.sender);
        factory = factory_;
    }

    function deploy(address factory_, address token0, address token1, uint24 fee, int24 tickSpacing)
        external
        returns (address pool)
    {
        if (msg.sender != factory) revert NotFactory(msg.sender);
        parameters = Parameters(factory_, token0, token1, fee, tickSpacing);
        bytes32 salt = keccak256(abi.encode(token0, token1, fee));
        address held = _poolCode;
        assembly ("memory-safe") {
            let size := sub(extcodesize(held), 1)
            let code := mload(0x40)
            extcodecopy(held, code, 1, size)
            pool := create2(0, code, size, salt)
        }
        if (pool == address(0)) revert NotCreated(token0, token1, fee);
        delete parameters;
    }
}
