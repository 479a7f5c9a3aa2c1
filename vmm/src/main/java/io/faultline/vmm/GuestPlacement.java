/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm;

import io.faultline.api.arm64.Affinity;
import io.faultline.api.capability.Capabilities;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.machine.Machine;
import io.faultline.api.machine.PlatformNode;
import io.faultline.api.machine.Vcpu;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.vmm.acpi.AcpiMachine;
import io.faultline.vmm.acpi.FirmwareTables;
import io.faultline.vmm.acpi.GenericErrorSource;
import io.faultline.vmm.image.DeviceTree;
import io.faultline.vmm.image.Ramdisk;
import io.faultline.vmm.image.Segment;
import io.faultline.vmm.tree.BootParameters;
import io.faultline.vmm.tree.FlatTree;
import io.faultline.vmm.tree.MachineTree;
import io.faultline.vmm.tree.Node;
import io.faultline.vmm.vmbus.VmbusDescription;
import java.util.List;
import java.util.Optional;

/**
 * Puts a guest, its ramdisk and its device tree into the memory of a machine.
 *
 * <p>The ramdisk goes to half of the memory, at most 128 MiB above its start, or behind the guest if that is higher. A
 * tree that was given, or that a Linux kernel gets, is at the very end of memory. Other guests find the tree of the
 * machine at the start of memory, where QEMU puts it, if they leave room there, and none otherwise. ACPI tables and the
 * memory of their error source are at the very end of memory, the tree that names them below.
 */
final class GuestPlacement {
    private static final long RAMDISK_OFFSET = 128L << 20;
    private static final long RAMDISK_ALIGNMENT = 64L << 10;
    private static final long PAGE = 4096;

    private final GuestConfiguration configuration;
    private final MemoryRegion ram;
    private final boolean vmbus;

    GuestPlacement(GuestConfiguration configuration, boolean vmbus) {
        this.configuration = configuration;
        this.vmbus = vmbus;
        this.ram = configuration.ram();
    }

    /**
     * What the guest was given beside itself.
     *
     * @param tree address of the tree, 0 if the guest gets none
     * @param blob the tree
     * @param firmware ACPI tables, if they describe the machine
     * @param errors where the guest learns of hardware errors, if it does
     * @param freeStart first address of memory above everything that the guest consists of
     * @param freeEnd end of that memory
     */
    record Placed(
            long tree,
            byte[] blob,
            Optional<FirmwareTables> firmware,
            Optional<GenericErrorSource> errors,
            long freeStart,
            long freeEnd) {
        /** What is known of a guest that was put into memory elsewhere: nothing. */
        static Placed elsewhere() {
            return new Placed(0, new byte[0], Optional.empty(), Optional.empty(), 0, 0);
        }
    }

    /** Writes everything. */
    Placed load(Machine machine) {
        configuration.image().load(machine.memory());
        Optional<BootParameters.Range> ramdisk = configuration.ramdisk().map(disk -> loadRamdisk(machine, disk));
        long used = Math.max(
                imageEnd(), ramdisk.map(range -> range.start() + range.bytes()).orElse(ram.base()));
        if (configuration.acpi()) {
            return loadAcpi(machine, ramdisk, used);
        }
        byte[] tree = tree(machine, ramdisk);
        long address = treeAddress(tree, used);
        if (address != 0) {
            machine.memory().write(address, tree);
        }
        return new Placed(
                address, tree, Optional.empty(), Optional.empty(), used, address >= used ? address : ram.end());
    }

    private Placed loadAcpi(Machine machine, Optional<BootParameters.Range> ramdisk, long used) {
        boolean sdei = machine.capabilities().get(Capabilities.SDEI).isPresent();
        long top = ram.end() & -FirmwareTables.ALIGNMENT;
        // Room for an error source stays free if nothing can be told through it: that makes the map the same for
        // everybody.
        long source = top - GenericErrorSource.BYTES;
        if (source < used) {
            throw tooSmall("the memory of ACPI's error source", "ACPI tables of the machine");
        }
        Optional<GenericErrorSource> errors = reportsErrors(machine)
                ? Optional.of(new GenericErrorSource(VirtualMachine.MEMORY_ERROR_EVENT, source))
                : Optional.empty();
        AcpiMachine described = new AcpiMachine(
                affinities(machine),
                configuration.level(),
                machine.interruptLines().isPresent(),
                sdei,
                errors,
                machine.acpiIdentity().map(GuestPlacement::vendor).orElse(0L),
                vmbus ? List.of(VmbusDescription.device()) : List.of());
        long base = source - FirmwareTables.bytes(described, ram);
        FirmwareTables firmware = FirmwareTables.at(described, ram, base);
        Node root = firmware.tree();
        new BootParameters(ram, configuration.commandLine(), ramdisk).choose(root);
        byte[] tree = FlatTree.write(root);
        long address = base - alignUp(tree.length, PAGE);
        if (address < used) {
            throw tooSmall("ACPI tables of " + firmware.content().length + " bytes", "ACPI tables of the machine");
        }
        machine.memory().write(base, firmware.content());
        errors.ifPresent(present -> machine.memory().write(present.base(), present.initial()));
        machine.memory().write(address, tree);
        return new Placed(address, tree, Optional.of(firmware), errors, used, address);
    }

    /** Characters of a name as the number that they are in memory. */
    private static long vendor(String name) {
        long number = 0;
        for (int i = 0; i < name.length(); i++) {
            number |= (long) name.charAt(i) << 8 * i;
        }
        return number;
    }

    private static boolean reportsErrors(Machine machine) {
        return machine.notifications()
                .filter(notifications -> notifications.channels().contains(MemoryErrors.CHANNEL))
                .isPresent();
    }

    private static List<Affinity> affinities(Machine machine) {
        return machine.vcpus().stream().map(Vcpu::affinity).toList();
    }

    private BootParameters.Range loadRamdisk(Machine machine, Ramdisk disk) {
        long preferred = ram.base() + Math.min(ram.bytes() / 2, RAMDISK_OFFSET);
        long start = Math.max(preferred, alignUp(imageEnd(), RAMDISK_ALIGNMENT));
        if (!ram.contains(start, disk.content().length)) {
            start = alignUp(imageEnd(), RAMDISK_ALIGNMENT);
        }
        if (!ram.contains(start, disk.content().length)) {
            throw tooSmall("the initial ramdisk of " + disk.content().length + " bytes", disk.name());
        }
        machine.memory().write(start, disk.content());
        return new BootParameters.Range(start, disk.content().length);
    }

    private byte[] tree(Machine machine, Optional<BootParameters.Range> ramdisk) {
        Node root = configuration
                .deviceTree()
                .map(given -> FlatTree.read(given.name(), given.blob()))
                .orElseGet(() -> describe(machine));
        new BootParameters(ram, configuration.commandLine(), ramdisk).apply(root);
        return FlatTree.write(root);
    }

    private Node describe(Machine machine) {
        Node root = machineTree(machine).root();
        for (PlatformNode described : machine.platformNodes()) {
            Node node = root.add(described.name());
            described.properties().forEach(node::bytes);
        }
        if (vmbus) {
            VmbusDescription.describe(root);
        }
        return root;
    }

    private MachineTree machineTree(Machine machine) {
        return new MachineTree(
                affinities(machine),
                configuration.level(),
                ram,
                machine.interruptLines().isPresent(),
                machine.capabilities().get(Capabilities.SDEI).isPresent(),
                configuration.seed());
    }

    private long treeAddress(byte[] tree, long used) {
        if (configuration.deviceTree().isEmpty() && !configuration.image().linux()) {
            return tree.length <= imageStart() - ram.base() ? ram.base() : 0;
        }
        String name = configuration.deviceTree().map(DeviceTree::name).orElse("device tree of the machine");
        if (tree.length > DeviceTree.LARGEST) {
            throw new HypervisorException(
                    ErrorId.INVALID_IMAGE, "the device tree is longer than 2 MiB", name, "use fewer vCPUs");
        }
        long address = ram.end() - alignUp(tree.length, PAGE);
        if (address < used) {
            throw tooSmall("the device tree of " + tree.length + " bytes", name);
        }
        return address;
    }

    private HypervisorException tooSmall(String what, String name) {
        return new HypervisorException(
                ErrorId.RESOURCE_CONFLICT,
                what + " does not fit into the memory " + ram + " beside "
                        + configuration.image().name(),
                name,
                "give the machine more memory");
    }

    /** First address of RAM that the guest takes up; the end of RAM if it takes up none. */
    private long imageStart() {
        return configuration.image().segments().stream()
                .mapToLong(Segment::address)
                .filter(address -> ram.contains(address, 1))
                .min()
                .orElse(ram.end());
    }

    /** End of what the guest takes up of RAM. */
    private long imageEnd() {
        return configuration.image().segments().stream()
                .filter(segment -> ram.contains(segment.address(), 1))
                .mapToLong(Segment::end)
                .max()
                .orElse(ram.base());
    }

    private static long alignUp(long value, long alignment) {
        return value + alignment - 1 & -alignment;
    }
}
