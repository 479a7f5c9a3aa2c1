/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.wrong;

public final class Prints {
    void line() {
        System.out.println("line");
    }

    void trace(Exception problem) {
        problem.printStackTrace();
    }
}
