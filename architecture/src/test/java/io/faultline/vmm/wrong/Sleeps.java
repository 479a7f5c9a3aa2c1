/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.wrong;

import java.util.concurrent.locks.LockSupport;

public final class Sleeps {
    void sleep() throws InterruptedException {
        Thread.sleep(1);
    }

    void park() {
        LockSupport.parkNanos(1);
    }
}
