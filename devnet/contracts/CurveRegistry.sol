// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

interface ICurvePool {
    function coins(int128 index) external view returns (address);
}

/// @title Stands for Curve's address provider and registry, which npm has no bytecode of
/// @notice Curve's first pools were deployed one by one: `AddressProvider.get_registry` leads to the registry, whose list names them. Both are this
/// contract, with the names and answers of those two (curvefi/curve-pool-registry) that discovery needs.
contract CurveRegistry {
    address public immutable admin;
    address[] private pools;
    mapping(address => address[8]) private coins;
    mapping(address => uint256) private counts;

    event PoolAdded(address indexed pool, bytes rate_method_id);

    error NotAdmin(address caller);

    constructor(address admin_) {
        admin = admin_;
    }

    function add_pool_without_underlying(address pool, uint256 n_coins) external {
        if (msg.sender != admin) revert NotAdmin(msg.sender);
        pools.push(pool);
        counts[pool] = n_coins;
        for (uint256 i = 0; i < n_coins; i++) {
            coins[pool][i] = ICurvePool(pool).coins(int128(int256(i)));
        }
        emit PoolAdded(pool, "");
    }

    function get_registry() external view returns (address) {
        return address(this);
    }

    function pool_count() external view returns (uint256) {
        return pools.length;
    }

    function pool_list(uint256 index) external view returns (address) {
        return index < pools.length ? pools[index] : address(0);
    }

    /// @return of coins, and of underlying coins: none of the listed pools lends
    function get_n_coins(address pool) external view returns (uint256[2] memory) {
        return [counts[pool], counts[pool]];
    }

    /// @return addresses, zero beyond the last coin
    function get_coins(address pool) external view returns (address[8] memory) {
        return coins[pool];
    }
}
