const transformed =
  '(jest-)?react-native|@react-native(-community)?|@react-native-async-storage|expo(nent)?|@expo(nent)?/.*|marked|openapi-fetch|react-navigation|@react-navigation/.*|standard-navigation';

const shared = {
  transformIgnorePatterns: [`/node_modules/(?!(${transformed}))`],
  moduleNameMapper: { '^@/(.*)$': '<rootDir>/src/$1', '^@assets/(.*)$': '<rootDir>/assets/$1' },
  setupFiles: ['<rootDir>/jest.setup.js'],
};

module.exports = {
  testTimeout: 30_000,
  projects: [
    { ...shared, preset: 'jest-expo/ios', testMatch: ['<rootDir>/src/**/!(*.web).test.ts?(x)'] },
    { ...shared, preset: 'jest-expo/web', testMatch: ['<rootDir>/src/**/*.web.test.ts?(x)'] },
  ],
};
