// SPDX-License-Identifier: UNLICENSED
pragma solidity 0.8.37;

import {Plain} from "./Plain.sol";

/// @title Delegates to what a slot holds; that is set at the start, with the balances that the code's constructor would have given
abstract contract Delegating {
    function implementation() internal view virtual returns (address);

    fallback() external payable {
        address target = implementation();
        assembly {
            calldatacopy(0, 0, calldatasize())
            let succeeded := delegatecall(gas(), target, 0, calldatasize(), 0, 0)
            returndatacopy(0, 0, returndatasize())
            if succeeded { return(0, returndatasize()) }
            revert(0, returndatasize())
        }
    }
}

abstract contract Slotted is Delegating {
    constructor(address target) {
        bytes32 at = slot();
        assembly {
            sstore(at, target)
        }
        (bool succeeded,) = implementation().delegatecall(abi.encodeWithSignature("initialize()"));
        require(succeeded);
    }

    function slot() internal pure virtual returns (bytes32);

    function implementation() internal view virtual override returns (address target) {
        bytes32 at = slot();
        assembly {
            target := sload(at)
        }
    }
}

contract Upgradable is Slotted {
    constructor(address target) Slotted(target) {}

    function slot() internal pure override returns (bytes32) {
        return bytes32(uint256(keccak256("eip1967.proxy.implementation")) - 1);
    }
}

contract Proxiable is Slotted {
    constructor(address target) Slotted(target) {}

    function slot() internal pure override returns (bytes32) {
        return keccak256("PROXIABLE");
    }
}

/// @title How USDC's proxy keeps its implementation
contract OldUpgradable is Slotted {
    constructor(address target) Slotted(target) {}

    function slot() internal pure override returns (bytes32) {
        return keccak256("org.zeppelinos.proxy.implementation");
    }
}

contract Beacon {
    address public immutable implementation;

    constructor(address target) {
        implementation = target;
    }
}

contract BeaconProxy is Slotted {
    constructor(address beacon) Slotted(beacon) {}

    function slot() internal pure override returns (bytes32) {
        return bytes32(uint256(keccak256("eip1967.proxy.beacon")) - 1);
    }

    function implementation() internal view override returns (address) {
        return Beacon(super.implementation()).implementation();
    }
}

/// @title No proxy, with something where a beacon's would have its beacon
contract Misleading is Plain {
    constructor(address nothing) {
        bytes32 at = bytes32(uint256(keccak256("eip1967.proxy.beacon")) - 1);
        assembly {
            sstore(at, nothing)
        }
    }
}

/// @title Creates the minimal proxies of EIP-1167
contract Cloner {
    address public clone;

    function make(address target) external {
        bytes memory code = abi.encodePacked(
            hex"3d602d80600a3d3981f3363d3d373d3d3d363d73", target, hex"5af43d82803e903d91602b57fd5bf3"
        );
        address made;
        assembly {
            made := create(0, add(code, 32), mload(code))
        }
        (bool succeeded,) = made.call(abi.encodeWithSignature("initialize()"));
        require(succeeded);
        clone = made;
        Plain(made).transfer(msg.sender, Plain(made).balanceOf(address(this)));
    }
}

/// @title Code for proxies: a plain token whose supply is given at the start
contract Initializable is Plain {
    function initialize() external virtual {
        require(supply == 0);
        supply = 1_000_000 ether;
        balances[msg.sender] = supply;
    }
}

/// @title Code for proxies: with a pause and a blocklist, six decimals: USDC
contract Regulated is Initializable {
    bool public paused;
    mapping(address => bool) public isBlacklisted;

    function blacklist(address account) external {
        isBlacklisted[account] = true;
    }

    function pause() external {
        paused = true;
    }

    function decimals() public pure override returns (uint256) {
        return 6;
    }

    function move(address from, address to, uint256 value) internal override {
        require(!paused && !isBlacklisted[from] && !isBlacklisted[to]);
        super.move(from, to, value);
    }
}

/// @title A token's second address: calls here are calls there
contract FrontDoored is Plain {
    address public door;

    function setDoor(address other) external {
        door = other;
    }

    function transferBehalf(address from, address to, uint256 value) external {
        require(msg.sender == door);
        move(from, to, value);
    }
}

contract SecondDoor {
    FrontDoored private immutable token;

    constructor(FrontDoored behind) {
        token = behind;
    }

    function transfer(address to, uint256 value) external returns (bool) {
        token.transferBehalf(msg.sender, to, value);
        return true;
    }

    mapping(address => mapping(address => uint256)) public allowance;

    function approve(address spender, uint256 value) external returns (bool) {
        allowance[msg.sender][spender] = value;
        return true;
    }

    function transferFrom(address from, address to, uint256 value) external returns (bool) {
        if (allowance[from][msg.sender] != type(uint256).max) allowance[from][msg.sender] -= value;
        token.transferBehalf(from, to, value);
        return true;
    }

    function balanceOf(address account) external view returns (uint256) {
        return token.balanceOf(account);
    }

    function totalSupply() external view returns (uint256) {
        return token.totalSupply();
    }

    function decimals() external view returns (uint256) {
        return token.decimals();
    }

    function symbol() external view returns (string memory) {
        return token.symbol();
    }
}
