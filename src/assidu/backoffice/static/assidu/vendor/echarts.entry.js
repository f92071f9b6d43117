import * as echarts from 'echarts/core';
import { BarChart, LineChart } from 'echarts/charts';
import { AriaComponent, GridComponent, TooltipComponent, MarkLineComponent } from 'echarts/components';
import { SVGRenderer } from 'echarts/renderers';
import langFR from 'echarts/i18n/langFR-obj.js';
echarts.use([BarChart, LineChart, AriaComponent, GridComponent, TooltipComponent, MarkLineComponent, SVGRenderer]);
echarts.registerLocale('FR', langFR);
const { init, getInstanceByDom, registerLocale, version } = echarts;
export { init, getInstanceByDom, registerLocale, version };
