import { bring } from '../../shared/i18n/i18n';
import settlement from '../../shared/i18n/zh/settlement.json';
import tariff from '../../shared/i18n/zh/tariff.json';

bring('settlement', settlement);
bring('tariff', tariff);
