/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.wrong;

import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;

public final class UsesSerialization {
    Object read(InputStream from) throws IOException, ClassNotFoundException {
        try (ObjectInputStream in = new ObjectInputStream(from)) {
            return in.readObject();
        }
    }
}
