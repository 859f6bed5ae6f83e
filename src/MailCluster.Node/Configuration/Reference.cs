namespace MailCluster.Node.Configuration;

/// <summary><c>cluster.hocon</c> of the repository, carried in the program: the defaults cannot differ from their documentation.</summary>
internal static class Reference
{
    /// <summary>Its name as an origin.</summary>
    public const string Source = "defaults";

    public static string Text
    {
        get
        {
            using var stream = typeof(Reference).Assembly.GetManifestResourceStream("cluster.hocon")
                ?? throw new InvalidOperationException("the program was built without its cluster.hocon");
            using var reader = new StreamReader(stream);
            return reader.ReadToEnd();
        }
    }
}
