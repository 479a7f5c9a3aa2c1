/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.architecture;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import java.util.List;

/** Predicates on what a class calls, constructs, refers to or reads. */
final class Accesses {

    private Accesses() {}

    /**
     * Accesses whose target has a full name that begins with one of these, for example {@code java.lang.System.nanoTime(}
     * for a method, {@code java.util.Random.<init>()} for one constructor, {@code java.util.Timer.} for a whole class. One
     * that begins with {@code *.} means a method of any class, because a call names the static type of its receiver.
     */
    static DescribedPredicate<JavaAccess<?>> to(String... beginnings) {
        List<String> targets = List.of(beginnings);
        return DescribedPredicate.describe(
                "is one of " + targets,
                access -> targets.stream().anyMatch(target -> matches(target, access.getTarget())));
    }

    private static boolean matches(String beginning, AccessTarget target) {
        String fullName = target.getFullName();
        if (beginning.startsWith("*.")) {
            String owner = target.getOwner().getName();
            return fullName.startsWith(beginning.substring(1), owner.length());
        }
        return fullName.startsWith(beginning);
    }
}
