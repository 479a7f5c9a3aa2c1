/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.scripted;

import io.faultline.api.machine.ParavirtualConsole;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A hypervisor's console with room for so many bytes. */
public final class ScriptedConsole implements ParavirtualConsole {
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private int room = Integer.MAX_VALUE;
    private boolean inUse;

    /** The guest sends. */
    public void send(String text) {
        sent.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The guest says that it listens, and how much it can take. */
    public void listen(int bytes) {
        inUse = true;
        room = bytes;
    }

    /** What the guest has received. */
    public String received() {
        return received.toString(StandardCharsets.UTF_8);
    }

    @Override
    public byte[] takeOutput() {
        byte[] taken = sent.toByteArray();
        sent.reset();
        return taken;
    }

    @Override
    public int offer(byte[] input) {
        int count = Math.min(room, input.length);
        room -= count;
        received.writeBytes(Arrays.copyOf(input, count));
        return count;
    }

    @Override
    public boolean isInUse() {
        return inUse;
    }
}
