/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.device;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * The Arm PL011 serial port (DDI 0183).
 *
 * <p>Transmission takes no time: FR never shows a busy or full transmitter, and a byte leaves the host stream at the next
 * line end or {@link #flush}. As on QEMU's board, bytes are sent whether or not CR enables the port, so that the smallest
 * guests print. Received bytes wait in the host stream until {@link #pollInput} moves them into the FIFO, which happens
 * only between slices of the run loop; that keeps a run deterministic for input that is there from the beginning. The
 * interrupt line follows MIS.
 *
 * @since 0.1
 */
public final class Pl011Uart implements MmioDevice, StateElement {
    /** Length of the frame in bytes. */
    public static final int FRAME = PrimeCell.FRAME;

    /** Where QEMU's {@code virt} board has its PL011. */
    public static final MemoryRegion VIRT_FRAME = MemoryRegion.ram(0x0900_0000L, FRAME);

    private static final int DR = 0x00;
    private static final int RSR = 0x04;
    private static final int FR = 0x18;
    private static final int ILPR = 0x20;
    private static final int IBRD = 0x24;
    private static final int FBRD = 0x28;
    private static final int LCR_H = 0x2C;
    private static final int CR = 0x30;
    private static final int IFLS = 0x34;
    private static final int IMSC = 0x38;
    private static final int RIS = 0x3C;
    private static final int MIS = 0x40;
    private static final int ICR = 0x44;
    private static final int DMACR = 0x48;

    private static final int FR_RXFE = 1 << 4;
    private static final int FR_RXFF = 1 << 6;
    private static final int FR_TXFE = 1 << 7;
    private static final int LCR_H_FEN = 1 << 4;
    private static final int CR_LBE = 1 << 7;
    private static final int RIS_RX = 1 << 4;
    private static final int RIS_TX = 1 << 5;
    private static final int RIS_RT = 1 << 6;
    private static final int INTERRUPTS = 0x7FF;

    private static final int CONTROL_AT_RESET = 0x300;
    private static final int TRIGGER_LEVELS_AT_RESET = 0x12;

    private static final int FIFO_DEPTH = 16;
    /** Receive trigger levels by IFLS bits 5:3 in entries of the FIFO (DDI 0183, 3.3.9); the rest is reserved. */
    private static final int[] RECEIVE_TRIGGERS = {2, 4, 8, 12, 14, FIFO_DEPTH, FIFO_DEPTH, FIFO_DEPTH};

    private static final PrimeCell ID = new PrimeCell(0x011, 1);

    private final OutputStream output;
    private final InputStream input;
    private final InterruptLine line;

    private final byte[] fifo = new byte[FIFO_DEPTH];
    private int fifoHead;
    private int fifoCount;

    private int lowPower;
    private int integerDivisor;
    private int fractionalDivisor;
    private int lineControl;
    private int control = CONTROL_AT_RESET;
    private int triggerLevels = TRIGGER_LEVELS_AT_RESET;
    private int interruptMask;
    private int interrupts;
    private int dma;
    private long sent;

    /**
     * Makes a port after reset.
     *
     * @param output takes what the guest sends
     * @param input supplies what the guest receives; only bytes that are available without waiting are read
     * @param line takes the interrupt
     */
    public Pl011Uart(OutputStream output, InputStream input, InterruptLine line) {
        this.line = Objects.requireNonNull(line, "line");
        this.output = Objects.requireNonNull(output, "output");
        this.input = Objects.requireNonNull(input, "input");
    }

    @Override
    public String name() {
        return "PL011";
    }

    /**
     * Returns how much the guest has sent.
     *
     * @return bytes since the port was made
     */
    public long sent() {
        return sent;
    }

    /**
     * Moves available input into the receive FIFO until it is full. An input that fails is at its end.
     */
    public void pollInput() {
        try {
            while (fifoCount < depth() && input.available() > 0) {
                int received = input.read();
                if (received < 0) {
                    return;
                }
                receive((byte) received);
            }
        } catch (IOException ended) {
            // A console that has gone away sends nothing more; the guest cannot do anything about it.
        }
        drive();
    }

    /**
     * Takes back what the guest has not read.
     *
     * @return the bytes, in order; the receive FIFO is empty afterwards
     */
    public byte[] withdrawInput() {
        byte[] unread = new byte[fifoCount];
        for (int i = 0; i < unread.length; i++) {
            unread[i] = (byte) take();
        }
        drive();
        return unread;
    }

    /**
     * Waits for input if the guest wants to be interrupted by it.
     *
     * @return true if something came; false if nothing will come or the guest does not listen
     */
    public boolean awaitInput() {
        if ((interruptMask & (RIS_RX | RIS_RT)) == 0 || fifoCount >= depth()) {
            return false;
        }
        flush();
        try {
            int received = input.read();
            if (received < 0) {
                return false;
            }
            receive((byte) received);
        } catch (IOException ended) {
            return false;
        }
        drive();
        return true;
    }

    private void drive() {
        line.set((interrupts & interruptMask) != 0);
    }

    /**
     * Hands everything sent so far to the host.
     *
     * @throws UncheckedIOException if the host stream fails
     */
    public void flush() {
        try {
            output.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("the guest's console cannot be written", e);
        }
    }

    @Override
    public OptionalLong read(long offset, AccessWidth width) {
        if (!PrimeCell.isRegisterAccess(offset, width)) {
            return OptionalLong.empty();
        }
        if (PrimeCell.isIdentification(offset)) {
            return OptionalLong.of(ID.identification(offset));
        }
        OptionalLong value = switch ((int) offset) {
            case DR -> {
                OptionalLong taken = OptionalLong.of(take());
                drive();
                yield taken;
            }
            case RSR, ICR -> OptionalLong.of(0);
            case FR -> OptionalLong.of(flags());
            case ILPR -> OptionalLong.of(lowPower);
            case IBRD -> OptionalLong.of(integerDivisor);
            case FBRD -> OptionalLong.of(fractionalDivisor);
            case LCR_H -> OptionalLong.of(lineControl);
            case CR -> OptionalLong.of(control);
            case IFLS -> OptionalLong.of(triggerLevels);
            case IMSC -> OptionalLong.of(interruptMask);
            case RIS -> OptionalLong.of(interrupts);
            case MIS -> OptionalLong.of(interrupts & interruptMask);
            case DMACR -> OptionalLong.of(dma);
            default -> OptionalLong.empty();
        };
        return value.isPresent() ? OptionalLong.of(PrimeCell.low(value.getAsLong(), width)) : value;
    }

    @Override
    public boolean write(long offset, AccessWidth width, long written) {
        if (!PrimeCell.isRegisterAccess(offset, width)) {
            return false;
        }
        int value = (int) written;
        switch ((int) offset) {
            case DR -> send((byte) value);
            case ILPR -> lowPower = value & 0xFF;
            case IBRD -> integerDivisor = value & 0xFFFF;
            case FBRD -> fractionalDivisor = value & 0x3F;
            case LCR_H -> lineControl(value & 0xFF);
            case CR -> control = value & 0xFF87;
            case IFLS -> triggerLevels = value & 0x3F;
            case IMSC -> interruptMask = value & INTERRUPTS;
            case ICR -> interrupts &= ~value;
            case DMACR -> dma = value & 0x7;
            // RSR as written is ECR, which clears errors that this port never has; the others are read-only.
            case RSR, FR, RIS, MIS -> {}
            default -> {
                return PrimeCell.isIdentification(offset);
            }
        }
        drive();
        return true;
    }

    private int flags() {
        return FR_TXFE | (fifoCount == 0 ? FR_RXFE : 0) | (fifoCount >= depth() ? FR_RXFF : 0);
    }

    private int depth() {
        return (lineControl & LCR_H_FEN) != 0 ? FIFO_DEPTH : 1;
    }

    private void lineControl(int value) {
        boolean flush = ((value ^ lineControl) & LCR_H_FEN) != 0;
        lineControl = value;
        if (flush) {
            // Switching the FIFO off makes it one entry deep and loses what it holds (DDI 0183, 3.3.7).
            fifoCount = 0;
            interrupts &= ~(RIS_RX | RIS_RT);
        }
    }

    private void send(byte value) {
        interrupts |= RIS_TX;
        if ((control & CR_LBE) != 0) {
            if (fifoCount < depth()) {
                receive(value);
            }
            return;
        }
        sent++;
        try {
            output.write(value);
            if (value == '\n') {
                output.flush();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the guest's console cannot be written", e);
        }
    }

    private void receive(byte value) {
        fifo[(fifoHead + fifoCount) % FIFO_DEPTH] = value;
        fifoCount++;
        // Time passes unseen between slices, so that the receive timeout of 32 bit periods is always over.
        interrupts |= RIS_RT;
        int trigger = depth() == 1 ? 1 : RECEIVE_TRIGGERS[triggerLevels >> 3];
        if (fifoCount >= trigger) {
            interrupts |= RIS_RX;
        }
    }

    private int take() {
        if (fifoCount == 0) {
            return 0;
        }
        int value = fifo[fifoHead] & 0xFF;
        fifoHead = (fifoHead + 1) % FIFO_DEPTH;
        fifoCount--;
        int trigger = depth() == 1 ? 1 : RECEIVE_TRIGGERS[triggerLevels >> 3];
        if (fifoCount < trigger) {
            interrupts &= ~RIS_RX;
        }
        if (fifoCount == 0) {
            interrupts &= ~RIS_RT;
        }
        return value;
    }

    @Override
    public String stateName() {
        return "uart";
    }

    @Override
    public void reset() {
        fifoHead = 0;
        fifoCount = 0;
        lowPower = 0;
        integerDivisor = 0;
        fractionalDivisor = 0;
        lineControl = 0;
        control = CONTROL_AT_RESET;
        triggerLevels = TRIGGER_LEVELS_AT_RESET;
        interruptMask = 0;
        interrupts = 0;
        dma = 0;
        drive();
    }

    /**
     * {@inheritDoc}
     *
     * <p>The host streams are not part of it: what has not been received stays in the input stream. The level of the
     * line belongs to the state of the interrupt controller.
     */
    @Override
    public void save(StateWriter writer) {
        byte[] held = new byte[fifoCount];
        for (int i = 0; i < fifoCount; i++) {
            held[i] = fifo[(fifoHead + i) % FIFO_DEPTH];
        }
        writer.bytes("fifo", held);
        writer.word("ilpr", lowPower);
        writer.word("ibrd", integerDivisor);
        writer.word("fbrd", fractionalDivisor);
        writer.word("lcr-h", lineControl);
        writer.word("cr", control);
        writer.word("ifls", triggerLevels);
        writer.word("imsc", interruptMask);
        writer.word("ris", interrupts);
        writer.word("dmacr", dma);
        writer.word("sent", sent);
    }

    @Override
    public void restore(StateReader reader) {
        lowPower = reader.integer("ilpr", 0, 0xFF);
        integerDivisor = reader.integer("ibrd", 0, 0xFFFF);
        fractionalDivisor = reader.integer("fbrd", 0, 0x3F);
        lineControl = reader.integer("lcr-h", 0, 0xFF);
        control = reader.integer("cr", 0, 0xFFFF) & 0xFF87;
        triggerLevels = reader.integer("ifls", 0, 0x3F);
        interruptMask = reader.integer("imsc", 0, INTERRUPTS);
        interrupts = reader.integer("ris", 0, INTERRUPTS);
        dma = reader.integer("dmacr", 0, 0x7);
        sent = reader.word("sent", 0, Long.MAX_VALUE);
        byte[] held = reader.bytes("fifo");
        if (held.length > depth()) {
            throw reader.invalid("fifo", "holds " + held.length + " bytes, which is more than " + depth());
        }
        fifoHead = 0;
        fifoCount = held.length;
        System.arraycopy(held, 0, fifo, 0, held.length);
    }
}
