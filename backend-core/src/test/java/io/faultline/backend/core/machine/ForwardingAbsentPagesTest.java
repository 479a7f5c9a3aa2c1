/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ForwardingAbsentPagesTest {
    private static final List<String> OF_EVERY_ELEMENT = List.of("isPresent", "isComparable");

    private final List<String> asked = new ArrayList<>();

    private final AbsentPageHandler forwarding = new ForwardingAbsentPages((AbsentPageHandler) Proxy.newProxyInstance(
            AbsentPageHandler.class.getClassLoader(),
            new Class<?>[] {AbsentPageHandler.class},
            (proxy, method, values) -> {
                asked.add(method.getName() + Arrays.toString(values));
                return nothing(method.getReturnType());
            })) {};

    private static Object nothing(Class<?> type) {
        if (type == boolean.class) {
            return true;
        }
        if (type == Optional.class) {
            return Optional.empty();
        }
        if (type == OptionalLong.class) {
            return OptionalLong.of(7);
        }
        return type == String.class ? "others" : null;
    }

    private static Object argument(Class<?> type) {
        if (type == long.class) {
            return 0x4000_1000L;
        }
        return type == boolean.class ? true : null;
    }

    @Test
    void everyQuestionIsForTheOtherHandler() throws ReflectiveOperationException {
        List<String> expected = new ArrayList<>();
        for (Method method : AbsentPageHandler.class.getMethods()) {
            if (Modifier.isStatic(method.getModifiers()) || OF_EVERY_ELEMENT.contains(method.getName())) {
                continue;
            }
            Class<?>[] types = method.getParameterTypes();
            Object[] values = Arrays.stream(types)
                    .map(ForwardingAbsentPagesTest::argument)
                    .toArray();
            expected.add(method.getName() + (types.length == 0 ? "null" : Arrays.toString(values)));
            assertEquals(nothing(method.getReturnType()), method.invoke(forwarding, values), method.getName());
        }
        assertEquals(expected, asked);
    }
}
