export declare const installFault: (code: number, output: string) => string
