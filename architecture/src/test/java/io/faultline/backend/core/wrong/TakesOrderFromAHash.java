/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.wrong;

import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

public final class TakesOrderFromAHash {
    Map<String, String> map() {
        return new HashMap<>();
    }

    Map<String, String> inOrder() {
        return new LinkedHashMap<>();
    }

    Supplier<Set<String>> set() {
        return HashSet::new;
    }

    Map<Object, String> identity() {
        return new IdentityHashMap<>();
    }

    Set<String> salted(Set<String> names) {
        return Set.copyOf(names);
    }

    Set<String> collected(Stream<String> names) {
        return names.collect(Collectors.toSet());
    }
}
