package health.helan.foundation.registry;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Kinds of licences, with the names that the papers bear. Codes of {@link #SYSTEM}; which papers
 * there are is general knowledge.
 */
public enum LicenceKind {
  PHYSICIAN("Practitioner", "医师执业证书", true),
  ASSISTANT_PHYSICIAN("Practitioner", "执业助理医师证书", true),
  RURAL_DOCTOR("Practitioner", "乡村医生执业证书", true),
  NURSE("Practitioner", "护士执业证书", false),
  PHARMACIST("Practitioner", "执业药师注册证", false),
  TECHNICIAN("Practitioner", "卫生专业技术资格证书", false),
  MEDICAL_INSTITUTION("Organization", "医疗机构执业许可证", false),
  CLINIC_RECORD("Organization", "诊所备案凭证", false),
  DRUG_RETAIL("Organization", "药品经营许可证", false),
  INTERNET_HOSPITAL("HealthcareService", "互联网医院执业许可", false),
  INTERNET_CARE("HealthcareService", "互联网诊疗服务方式登记", false);

  public static final String SYSTEM = "https://helan.health/fhir/CodeSystem/licence-kind";

  private final String type;
  private final String title;
  private final boolean prescribes;

  LicenceKind(String type, String title, boolean prescribes) {
    this.type = type;
    this.title = title;
    this.prescribes = prescribes;
  }

  public String code() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Type of the resource that holds such a licence. */
  public String type() {
    return type;
  }

  /** 证照名称. */
  public String title() {
    return title;
  }

  /** Whether prescribing rights may be given on the ground of it. */
  public boolean prescribes() {
    return prescribes;
  }

  /** Whether its holder may judge how ill somebody is: doctors of all kinds, and nurses. */
  public boolean cares() {
    return prescribes || this == NURSE;
  }

  /** Null for a code that none has. */
  public static @Nullable LicenceKind of(String code) {
    for (LicenceKind each : values()) {
      if (each.code().equals(code)) {
        return each;
      }
    }
    return null;
  }
}
