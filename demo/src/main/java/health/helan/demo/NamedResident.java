package health.helan.demo;

import health.helan.demo.name.FullName;
import health.helan.demo.name.Nationality;
import health.helan.demo.name.Sex;
import java.time.LocalDate;

/**
 * The ten residents whose stories docs/guide/demo-region.md tells. They are residents 0 to 9 of
 * every region, whatever its seed and size, in the five first households of Helan county; their
 * identity numbers never change.
 */
public enum NamedResident {
  /** Lives with hypertension and diabetes, managed by the township centre. */
  MA_XIULAN(0, "马", "秀兰", Sex.FEMALE, "1958-03-12", Nationality.HUI),
  /** Her husband; COPD, smoked for decades, two winters in hospital. */
  MA_JIANGUO(0, "马", "建国", Sex.MALE, "1955-09-30", Nationality.HUI),
  /** Pregnant in 2025 with gestational diabetes; her daughter is born in March 2026. */
  WANG_FANG(1, "王", "芳", Sex.FEMALE, "1994-05-18", Nationality.HAN),
  /** Her husband, a building worker; broke his arm in 2024. */
  LI_QIANG(1, "李", "强", Sex.MALE, "1992-01-07", Nationality.HAN),
  /** Their son; all vaccinations, and an allergy to penicillin found at three. */
  LI_ZIXUAN(1, "李", "子轩", Sex.MALE, "2021-06-21", Nationality.HAN),
  /** Their daughter, born on 6 March 2026. */
  LI_YUTONG(1, "李", "雨桐", Sex.FEMALE, "2026-03-06", Nationality.HAN),
  /** Stroke in 2024, county hospital to city hospital and back; died in February 2026. */
  ZHANG_DEFU(2, "张", "德福", Sex.MALE, "1948-11-02", Nationality.HAN),
  /** Stomach cancer found early in 2025, operated, well since. */
  DING_ZHIMING(3, "丁", "志明", Sex.MALE, "1976-04-25", Nationality.HUI),
  /** His daughter, a student with asthma who breathes worse every spring. */
  DING_XIAOYAN(3, "丁", "晓燕", Sex.FEMALE, "2004-08-15", Nationality.HUI),
  /** At 88 cared for at home; hip fracture in 2023, dementia. */
  CHEN_GUIYING(4, "陈", "桂英", Sex.FEMALE, "1938-02-19", Nationality.HAN);

  /** How many households the named residents fill, from the first on. */
  public static final int HOUSEHOLDS = 5;

  private final int household;
  private final FullName fullName;
  private final Sex sex;
  private final LocalDate birth;
  private final Nationality nationality;

  NamedResident(
      int household, String family, String given, Sex sex, String birth, Nationality nationality) {
    this.household = household;
    this.fullName = new FullName(family, given);
    this.sex = sex;
    this.birth = LocalDate.parse(birth);
    this.nationality = nationality;
  }

  /** The household's number, from 0. */
  public int household() {
    return household;
  }

  public FullName fullName() {
    return fullName;
  }

  public Sex sex() {
    return sex;
  }

  public LocalDate birth() {
    return birth;
  }

  public Nationality nationality() {
    return nationality;
  }

  /** 18 digits, to find the Patient by. */
  public String identityNumber() {
    return IdentityNumber.of(IdentityNumber.FIRST_AREA + ordinal(), birth, sex == Sex.MALE ? 1 : 0);
  }
}
