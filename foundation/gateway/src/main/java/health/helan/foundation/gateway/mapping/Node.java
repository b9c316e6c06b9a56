package health.helan.foundation.gateway.mapping;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A part of a message, as a mapping sees it: a group, a segment, a field, a component. */
public interface Node {
  /**
   * The parts that a path names, in order; empty for none. Paths are the format's own ({@code
   * PID-5.1}; a group by its name); one that begins with a dot is of this very part ({@code .4.2}).
   */
  List<? extends Node> select(String path);

  /** Its text, with escapes resolved; empty for nothing. */
  String text();

  /** Its text with the separators that stand in it: for texts whose sender did not escape them. */
  default String whole() {
    return text();
  }

  /** Its text as XHTML, where the format has texts with a structure; null for nothing. */
  default @Nullable String narrative() {
    return null;
  }

  /** True when the sender says that a value is to be removed ({@code ""} in HL7 v2). */
  default boolean isNull() {
    return false;
  }

  /** The n-th part from 1, as datatypes count; an empty node for none. */
  Node part(int number);

  /** What it lies in; null at the top. */
  @Nullable Node parent();

  /** Where it stands, for findings: {@code OBX-5}. */
  String place();
}
