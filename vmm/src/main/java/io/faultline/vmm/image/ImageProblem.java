/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.image;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;

/** Words for what is wrong with a file. */
final class ImageProblem {
    private ImageProblem() {}

    static HypervisorException of(String file, String problem, String remedy) {
        return new HypervisorException(ErrorId.INVALID_IMAGE, problem, file, remedy);
    }
}
