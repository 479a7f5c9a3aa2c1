/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.tree;

import io.faultline.api.arm64.Affinity;
import io.faultline.api.arm64.ExceptionLevel;
import io.faultline.api.memory.MemoryRegion;
import java.util.List;
import java.util.Random;

/**
 * The device tree that describes a machine, with the nodes and addresses of QEMU's {@code virt} board: what an operating
 * system needs to find memory, processors, interrupt controller, timer, serial port, clock and firmware.
 *
 * @param affinities affinity of each vCPU, in index order
 * @param level exception level at which the guest starts
 * @param ram the memory
 * @param interrupts whether the devices have interrupt lines
 * @param sdei whether the guest has an SDEI dispatcher above it
 * @param seed makes the random numbers that the guest gets
 * @since 0.1
 */
public record MachineTree(
        List<Affinity> affinities,
        ExceptionLevel level,
        MemoryRegion ram,
        boolean interrupts,
        boolean sdei,
        long seed) {
    private static final int INTERRUPT_CONTROLLER = 1;
    private static final int CLOCK = 2;
    private static final int PRIVATE = 1;
    private static final int SHARED = 0;
    private static final int LEVEL_HIGH = 4;
    private static final int UART_LINE = 1;
    private static final int RTC_LINE = 2;
    private static final int MAINTENANCE = 9;
    private static final int SECURE_PHYSICAL_TIMER = 13;
    private static final int PHYSICAL_TIMER = 14;
    private static final int VIRTUAL_TIMER = 11;
    private static final int EL2_TIMER = 10;
    private static final int LOW_REDISTRIBUTORS = 123;
    private static final long REDISTRIBUTOR_BYTES = 0x2_0000;
    private static final int SEED_BYTES = 32;

    /** Copies the list. */
    public MachineTree {
        affinities = List.copyOf(affinities);
    }

    /**
     * Makes the tree. There is no KASLR seed, so that addresses are the same in every run.
     *
     * @return the root node
     */
    public Node root() {
        Node root = new Node("");
        root.cells("interrupt-parent", INTERRUPT_CONTROLLER)
                .texts("model", "faultline,virt")
                .texts("compatible", "linux,dummy-virt")
                .cells("#address-cells", 2)
                .cells("#size-cells", 2);
        root.add("chosen").texts("stdout-path", "/pl011@9000000").bytes("rng-seed", randomBytes());
        root.add("memory@" + Long.toHexString(ram.base()))
                .texts("device_type", "memory")
                .numbers("reg", ram.base(), ram.bytes());
        processors(root.add("cpus"));
        root.add("psci")
                .texts("compatible", "arm,psci-1.0", "arm,psci-0.2", "arm,psci")
                .texts("method", conduit());
        if (sdei) {
            root.add("firmware").add("sdei").texts("compatible", "arm,sdei-1.0").texts("method", conduit());
        }
        timer(root.add("timer"));
        interruptController(root.add("intc@8000000"));
        root.add("apb-pclk")
                .texts("compatible", "fixed-clock")
                .cells("#clock-cells", 0)
                .cells("clock-frequency", 24_000_000)
                .texts("clock-output-names", "clk24mhz")
                .cells("phandle", CLOCK);
        device(root.add("pl011@9000000"), "arm,pl011", 0x0900_0000L, UART_LINE)
                .cells("clocks", CLOCK, CLOCK)
                .texts("clock-names", "uartclk", "apb_pclk");
        device(root.add("pl031@9010000"), "arm,pl031", 0x0901_0000L, RTC_LINE)
                .cells("clocks", CLOCK)
                .texts("clock-names", "apb_pclk");
        return root;
    }

    private byte[] randomBytes() {
        byte[] bytes = new byte[SEED_BYTES];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private void processors(Node node) {
        boolean wide = affinities.stream().anyMatch(affinity -> affinity.mpidr() >>> 32 != 0);
        node.cells("#address-cells", wide ? 2 : 1).cells("#size-cells", 0);
        for (Affinity affinity : affinities) {
            Node processor = node.add("cpu@" + Long.toHexString(affinity.mpidr()));
            processor
                    .texts("device_type", "cpu")
                    .texts("compatible", "arm,armv8")
                    .texts("enable-method", "psci");
            if (wide) {
                processor.numbers("reg", affinity.mpidr());
            } else {
                processor.cells("reg", (int) affinity.mpidr());
            }
        }
    }

    private static void timer(Node node) {
        node.texts("compatible", "arm,armv8-timer")
                .flag("always-on")
                .cells(
                        "interrupts",
                        PRIVATE,
                        SECURE_PHYSICAL_TIMER,
                        LEVEL_HIGH,
                        PRIVATE,
                        PHYSICAL_TIMER,
                        LEVEL_HIGH,
                        PRIVATE,
                        VIRTUAL_TIMER,
                        LEVEL_HIGH,
                        PRIVATE,
                        EL2_TIMER,
                        LEVEL_HIGH);
    }

    private void interruptController(Node node) {
        node.texts("compatible", "arm,gic-v3")
                .cells("#interrupt-cells", 3)
                .cells("#address-cells", 0)
                .flag("interrupt-controller")
                .cells("phandle", INTERRUPT_CONTROLLER);
        long low = LOW_REDISTRIBUTORS * REDISTRIBUTOR_BYTES;
        int rest = affinities.size() - LOW_REDISTRIBUTORS;
        if (rest > 0) {
            node.cells("#redistributor-regions", 2)
                    .numbers(
                            "reg",
                            0x0800_0000L,
                            0x1_0000,
                            0x080A_0000L,
                            low,
                            0x40_0000_0000L,
                            rest * REDISTRIBUTOR_BYTES);
        } else {
            node.cells("#redistributor-regions", 1).numbers("reg", 0x0800_0000L, 0x1_0000, 0x080A_0000L, low);
        }
        if (level == ExceptionLevel.EL2) {
            node.cells("interrupts", PRIVATE, MAINTENANCE, LEVEL_HIGH);
        }
    }

    private Node device(Node node, String compatible, long base, int line) {
        node.texts("compatible", compatible, "arm,primecell").numbers("reg", base, 0x1000);
        if (interrupts) {
            node.cells("interrupts", SHARED, line, LEVEL_HIGH);
        }
        return node;
    }

    private String conduit() {
        return level == ExceptionLevel.EL2 ? "smc" : "hvc";
    }
}
