/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm;

import io.faultline.api.machine.ParavirtualConsole;
import io.faultline.vmm.device.Pl011Uart;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;

/** Connects the console that a hypervisor gives to its guest with the host's streams. */
final class HypervisorConsole {
    private static final int MOST_AT_ONCE = 256;
    private static final byte[] NOTHING = {};

    private final ParavirtualConsole console;
    private final OutputStream output;
    private final InputStream input;
    private final Pl011Uart uart;
    private boolean inUse;
    /** What the guest had no room for. */
    private byte[] waiting = NOTHING;

    HypervisorConsole(ParavirtualConsole console, Pl011Uart uart, GuestConsole ends) {
        this.console = console;
        this.uart = uart;
        output = ends.output();
        input = ends.input();
    }

    /**
     * A guest that uses this console gets the input here, and its serial port none. What came before and was not read at
     * the serial port is not lost.
     */
    boolean takesInput() {
        if (!inUse && console.isInUse()) {
            inUse = true;
            waiting = uart.withdrawInput();
        }
        return inUse;
    }

    /**
     * Moves what has been sent, in both directions.
     *
     * @throws UncheckedIOException if the host's output fails
     */
    void exchange() {
        byte[] sent = console.takeOutput();
        if (sent.length > 0) {
            try {
                output.write(sent);
            } catch (IOException e) {
                throw new UncheckedIOException("the guest's console cannot be written", e);
            }
        }
        if (takesInput()) {
            pollInput();
        }
    }

    private void pollInput() {
        try {
            if (waiting.length == 0 && input.available() > 0) {
                waiting = input.readNBytes(Math.min(MOST_AT_ONCE, input.available()));
            }
        } catch (IOException ended) {
            // A console that has gone away sends nothing more; the guest cannot do anything about it.
        }
        offer();
    }

    private void offer() {
        if (waiting.length > 0) {
            waiting = Arrays.copyOfRange(waiting, console.offer(waiting), waiting.length);
        }
    }

    /**
     * Waits for input.
     *
     * @return true if the guest got some; false if nothing will come or the guest takes none
     */
    boolean awaitInput() {
        if (waiting.length > 0) {
            return false;
        }
        try {
            output.flush();
            int received = input.read();
            if (received < 0) {
                return false;
            }
            waiting = new byte[] {(byte) received};
        } catch (IOException ended) {
            return false;
        }
        offer();
        return waiting.length == 0;
    }
}
