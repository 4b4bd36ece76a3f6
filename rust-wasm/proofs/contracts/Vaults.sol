// SPDX-License-Identifier: UNLICENSED
pragma solidity ^0.8.24;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {ERC20 as SolmateToken} from "solmate/src/tokens/ERC20.sol";
import {ERC4626 as SolmateVault} from "solmate/src/tokens/ERC4626.sol";

/// The asset of the vaults.
contract Asset is ERC20("Asset", "A") {}

/// OpenZeppelin's vault with an offset and a cap on deposits.
contract Virtual is ERC4626 {
    uint8 private immutable offset;
    uint256 public cap = type(uint256).max;

    constructor(ERC20 asset_, uint8 offset_) ERC20("Vault", "V") ERC4626(asset_) {
        offset = offset_;
    }

    function setCap(uint256 cap_) external {
        cap = cap_;
    }

    function maxDeposit(address) public view override returns (uint256) {
        return cap;
    }

    function _decimalsOffset() internal view override returns (uint8) {
        return offset;
    }
}

/// Solmate's vault.
contract Plain is SolmateVault {
    constructor(SolmateToken asset_) SolmateVault(asset_, "Vault", "V") {}

    function totalAssets() public view override returns (uint256) {
        return asset.balanceOf(address(this));
    }
}
