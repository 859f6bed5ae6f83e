using BenchmarkDotNet.Running;

BenchmarkSwitcher.FromAssembly(typeof(MailCluster.Benchmarks.SampleFolder).Assembly).Run(args);
