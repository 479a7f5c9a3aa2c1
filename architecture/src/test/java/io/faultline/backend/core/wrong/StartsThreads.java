/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.wrong;

import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

public final class StartsThreads {
    void start() {
        new Thread(() -> {}).start();
    }

    ExecutorService pool() {
        return Executors.newCachedThreadPool();
    }

    long parallel(List<String> list) {
        return list.parallelStream().count();
    }

    static final class Worker extends Thread {}
}
