/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.console;

import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.xen.hypercall.Caller;
import io.faultline.backend.xen.hypercall.Hypercall;
import io.faultline.backend.xen.hypercall.XenError;

/**
 * The hypercall console_io, number 18: command, count, buffer (xen.md 6.5).
 *
 * <p>Text is kept until its line is complete; characters that cannot be printed are left out. What the guest reads is input
 * that has not gone into a ring: with a ring there rarely is any.
 *
 * @since 0.1
 */
public final class ConsoleIo implements Hypercall, StateElement {
    /** Longest line, with its end. */
    public static final int LINE_BYTES = 256;

    private static final int WRITE = 0;
    private static final int READ = 1;
    private static final int CHUNK_BYTES = 128;
    private static final int FIRST_PRINTABLE = 0x20;
    private static final int LAST_PRINTABLE = 0x7E;

    private final ConsoleSettings settings;
    private final GuestConsole console;
    private final byte[] line = new byte[LINE_BYTES];
    private final byte[] chunk = new byte[CHUNK_BYTES];
    private int length;

    /**
     * Makes the call.
     *
     * @param settings whether the guest may call it
     * @param console where the lines go
     */
    public ConsoleIo(ConsoleSettings settings, GuestConsole console) {
        this.settings = settings;
        this.console = console;
    }

    @Override
    public long call(Caller caller) {
        if (!settings.hypercall()) {
            return -XenError.EPERM;
        }
        return switch (caller.word(0)) {
            case WRITE -> write(caller);
            case READ -> read(caller);
            default -> -XenError.ENOSYS;
        };
    }

    private long write(Caller caller) {
        long left = Integer.toUnsignedLong(caller.word(1));
        long address = caller.argument(2);
        while (left > 0) {
            int count = (int) Math.min(left, CHUNK_BYTES);
            if (!caller.read(address, chunk, 0, count)) {
                return caller.lacksPage() ? continueLater(caller, left, address) : -XenError.EFAULT;
            }
            for (int i = 0; i < count; i++) {
                append(chunk[i]);
            }
            left -= count;
            address += count;
            if (left > 0 && caller.hasWorkedEnough()) {
                return continueLater(caller, left, address);
            }
        }
        return 0;
    }

    /** What is printed already is not printed again. */
    private static long continueLater(Caller caller, long left, long address) {
        caller.argument(1, left);
        caller.argument(2, address);
        return caller.continueLater();
    }

    private void append(byte character) {
        if (character == '\n') {
            endLine();
        } else if (character == '\t' || character >= FIRST_PRINTABLE && character <= LAST_PRINTABLE) {
            line[length++] = character;
            if (length == LINE_BYTES - 1) {
                endLine();
            }
        }
    }

    private void endLine() {
        line[length++] = '\n';
        console.print(line, length);
        length = 0;
    }

    /** The result tells a number of bytes from an error by its sign, so no more than that can be asked for. */
    private long read(Caller caller) {
        int wanted = caller.word(1);
        if (wanted < 0) {
            return -XenError.E2BIG;
        }
        // Input is taken when all of it has been handed over: the call may have to be made again.
        int count = Math.min(wanted, console.waitingInput().size());
        byte[] input = new byte[count];
        console.waitingInput().peek(input, 0, count);
        if (!caller.write(caller.argument(2), input, 0, count)) {
            return -XenError.EFAULT;
        }
        console.waitingInput().drop(count);
        return count;
    }

    @Override
    public String stateName() {
        return "console.line";
    }

    @Override
    public void reset() {
        length = 0;
    }

    @Override
    public void save(StateWriter writer) {
        byte[] begun = new byte[length];
        System.arraycopy(line, 0, begun, 0, length);
        writer.bytes("begun", begun);
    }

    @Override
    public void restore(StateReader reader) {
        byte[] begun = reader.bytes("begun");
        if (begun.length >= LINE_BYTES) {
            throw reader.invalid("begun", "has " + begun.length + " bytes, more than a line");
        }
        System.arraycopy(begun, 0, line, 0, begun.length);
        length = begun.length;
    }
}
