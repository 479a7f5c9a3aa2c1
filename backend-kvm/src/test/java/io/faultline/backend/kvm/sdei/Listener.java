/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import java.util.ArrayList;
import java.util.List;

/** Writes down what it hears. */
final class Listener implements SdeiEventListener {
    final List<String> heard = new ArrayList<>();

    @Override
    public void completed(int vcpu, int event, boolean resumed, boolean failed) {
        heard.add("completed " + vcpu + " " + resumed + " " + failed);
    }

    @Override
    public void dropped(int vcpu, int event) {
        heard.add("dropped " + vcpu);
    }
}
