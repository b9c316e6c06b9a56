package health.helan.foundation.registry;

import org.jspecify.annotations.Nullable;

/**
 * Level of an institution (医院等级): three levels with grades, as hospitals are assessed, and the
 * primary institutions below. Codes of {@link #SYSTEM}, in the order in which they rank; from
 * general knowledge.
 */
public enum Level {
  TERTIARY_A("3A", "三级甲等"),
  TERTIARY_B("3B", "三级乙等"),
  TERTIARY_C("3C", "三级丙等"),
  TERTIARY("3", "三级"),
  SECONDARY_A("2A", "二级甲等"),
  SECONDARY_B("2B", "二级乙等"),
  SECONDARY_C("2C", "二级丙等"),
  SECONDARY("2", "二级"),
  PRIMARY_A("1A", "一级甲等"),
  PRIMARY_B("1B", "一级乙等"),
  PRIMARY_C("1C", "一级丙等"),
  PRIMARY("1", "一级"),
  TOWNSHIP("T", "乡镇卫生院、社区卫生服务中心"),
  VILLAGE("V", "村卫生室、社区卫生服务站"),
  UNRATED("9", "未定级");

  public static final String SYSTEM = "https://helan.health/fhir/CodeSystem/institution-level";

  /** On Organization, with a Coding: R4 has no place for it. */
  public static final String EXTENSION =
      "https://helan.health/fhir/StructureDefinition/institution-level";

  private final String code;
  private final String title;

  Level(String code, String title) {
    this.code = code;
    this.title = title;
  }

  public String code() {
    return code;
  }

  public String title() {
    return title;
  }

  /** Null for a code that none has. */
  public static @Nullable Level of(String code) {
    for (Level each : values()) {
      if (each.code.equals(code)) {
        return each;
      }
    }
    return null;
  }
}
