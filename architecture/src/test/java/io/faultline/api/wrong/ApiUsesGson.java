/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.wrong;

import com.google.gson.Gson;

public final class ApiUsesGson {
    Gson json() {
        return new Gson();
    }
}
